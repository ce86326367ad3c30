package dev.flashq.statemachine.keys;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.AddKeys;
import dev.flashq.statemachine.Command.BeginRing;
import dev.flashq.statemachine.Command.DestroySubject;
import dev.flashq.statemachine.Command.NewKey;
import dev.flashq.statemachine.Command.PushJobs;
import dev.flashq.statemachine.Command.RewrapKeys;
import dev.flashq.statemachine.Command.RewrappedKey;
import dev.flashq.statemachine.Command.SealQueues;
import dev.flashq.statemachine.Command.UnsealQueues;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.StoredKey;
import dev.flashq.statemachine.WrappedKey;
import dev.flashq.statemachine.state.proto.StateProto.KeyRecord;
import dev.flashq.statemachine.state.proto.StateProto.NamespaceRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Namespaces and keys. Those of namespaces are few and stay in memory; those of data subjects are
 * many, and each goes a while after the last job that was about its subject.
 */
public final class KeyRingStore {
  private final Tables tables;
  private final Meta meta;
  private final Timers timers;
  private final TreeMap<String, Namespace> namespaces = new TreeMap<>();
  private final TreeMap<Long, StoredKey> keys = new TreeMap<>();
  private boolean namespacesChanged;

  /** Since they were published. */
  private boolean keysChanged;

  private volatile KeyRing published = KeyRing.NONE;

  public KeyRingStore(Tables tables, Meta meta, Timers timers) {
    this.tables = tables;
    this.meta = meta;
    this.timers = timers;
    load();
    publish();
  }

  private void load() {
    byte[] all = new byte[0];
    tables.scan(
        Column.NAMESPACES,
        all,
        all,
        (key, row) -> {
          Namespace namespace = KeyRows.namespace(key, row);
          namespaces.put(namespace.queues(), namespace);
          return true;
        });
    tables.scan(
        Column.DATA_KEYS,
        all,
        all,
        (key, row) -> {
          StoredKey stored = KeyRows.key(key, row);
          keys.put(stored.id(), stored);
          return true;
        });
    keysChanged = true;
  }

  /** By their patterns. */
  public List<Namespace> namespaces() {
    return new ArrayList<>(namespaces.values());
  }

  /** Whether they have changed since this was asked last. */
  public boolean takeNamespacesChanged() {
    boolean changed = namespacesChanged;
    namespacesChanged = false;
    return changed;
  }

  /** What is not {@link #isStale}; so are the others. */
  public Reply seal(SealQueues command, Turn turn) {
    WrappedKey wrapped = requireNonNull(command.key());
    boolean known = namespaces.containsKey(command.queues());
    if (command.destroy()) {
      if (destroyKeysOf(command.queues()) == 0) {
        return Reason.NOT_ENCRYPTED.refuses(command.queues());
      }
      if (!known) {
        return new Reply.Removed(0, false);
      }
    }
    if (!known && namespaces.size() >= Limits.NAMESPACES) {
      return full(Limits.NAMESPACES + " sealed patterns");
    }
    if (keys.size() - (hasNames() ? 1 : 0) >= Limits.NAMESPACE_KEYS) {
      return full(
          Limits.NAMESPACE_KEYS
              + " keys; those of earlier days go when all is sealed anew, or are destroyed");
    }
    long id = meta.nextKey();
    put(
        new StoredKey(
            id,
            command.queues(),
            ByteString.EMPTY,
            new WrappedKey(wrapped.ring(), copy(wrapped.bytes())),
            turn.now()));
    namespaces.put(command.queues(), new Namespace(command.queues(), id));
    tables.put(
        Column.NAMESPACES,
        Bytes.of(command.queues()),
        NamespaceRecord.newBuilder().setKey(id).build().toByteArray());
    changed();
    return Done.DONE;
  }

  public Reply unseal(UnsealQueues command) {
    if (namespaces.remove(command.queues()) != null) {
      tables.delete(Column.NAMESPACES, Bytes.of(command.queues()));
      changed();
    }
    return Done.DONE;
  }

  private void changed() {
    meta.dataRulesChanged();
    namespacesChanged = true;
  }

  /** Of the bytes of a command, which are a part of its whole entry. */
  private static ByteString copy(ByteString bytes) {
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private boolean isUnderTheRing(long ring) {
    return ring != 0 && ring == meta.ring();
  }

  private static Refused full(String what) {
    return new Refused(ErrorCode.LIMIT_EXCEEDED, "The cluster keeps at most " + what);
  }

  private void put(StoredKey key) {
    keys.put(key.id(), key);
    keysChanged = true;
    tables.put(Column.DATA_KEYS, Bytes.of(key.id()), record(key).build().toByteArray());
  }

  private static KeyRecord.Builder record(StoredKey key) {
    return KeyRecord.newBuilder()
        .setQueues(key.queues())
        .setSubject(key.subject())
        .setRing(key.wrapped().ring())
        .setWrapped(key.wrapped().bytes())
        .setMadeAt(key.madeAt());
  }

  private int destroyKeysOf(String queues) {
    int destroyed = 0;
    for (StoredKey key : List.copyOf(keys.values())) {
      if (key.queues().equals(queues)) {
        remove(key);
        meta.keyDestroyed();
        meta.ringWanted(true);
        destroyed++;
      }
    }
    return destroyed;
  }

  private void remove(StoredKey key) {
    keys.remove(key.id());
    keysChanged = true;
    tables.delete(Column.DATA_KEYS, Bytes.of(key.id()));
    gone(key.wrapped().ring());
  }

  /** A key that was wrapped under a ring key has gone. */
  private void gone(long ring) {
    if (ring != meta.ring()) {
      meta.unwrappedKeys(meta.unwrappedKeys() - 1);
    }
  }

  /** Keys under which nothing is sealed any more, because all was sealed anew, go. */
  public void retire() {
    for (StoredKey key : List.copyOf(keys.values())) {
      Namespace namespace = namespaces.get(key.queues());
      if (namespace != null && namespace.key() != key.id()) {
        remove(key);
      }
    }
  }

  public Reply add(AddKeys command, Turn turn) {
    if (meta.subjectKeys() + command.keys().size() > Limits.SUBJECT_KEYS) {
      return full(Limits.SUBJECT_KEYS + " keys of data subjects");
    }
    for (NewKey key : command.keys()) {
      if (key.subject().isEmpty()) {
        addNames(command.ring(), key, turn);
      } else if (tables.get(Column.SUBJECTS, key.subject().toByteArray()) == null) {
        addSubject(command.ring(), key, turn);
      }
    }
    return Done.DONE;
  }

  /** Whether there is the key that makes hashes. */
  private boolean hasNames() {
    return keys.values().stream().anyMatch(key -> key.queues().isEmpty());
  }

  private void addNames(long ring, NewKey key, Turn turn) {
    if (!hasNames()) {
      put(
          new StoredKey(
              meta.nextKey(),
              "",
              ByteString.EMPTY,
              new WrappedKey(ring, copy(key.wrapped())),
              turn.now()));
    }
  }

  private void addSubject(long ring, NewKey key, Turn turn) {
    long id = meta.nextKey();
    tables.insert(Column.SUBJECTS, key.subject().toByteArray(), Bytes.of(id));
    put(
        id,
        unused(
            id,
            KeyRecord.newBuilder()
                .setSubject(key.subject())
                .setRing(ring)
                .setWrapped(key.wrapped())
                .setMadeAt(turn.now())));
    meta.subjectKeys(meta.subjectKeys() + 1);
  }

  /** Answers with how many keys went. Old snapshots hold also those that went by themselves. */
  public Reply destroy(DestroySubject command) {
    if (meta.ring() != 0) {
      meta.ringWanted(true);
    }
    byte[] id = tables.get(Column.SUBJECTS, command.hash().toByteArray());
    KeyRecord record = id == null ? null : subjectKey(Bytes.longAt(id, 0));
    if (id == null || record == null) {
      return new Reply.Removed(0, false);
    }
    removeSubject(Bytes.longAt(id, 0), record);
    meta.keyDestroyed();
    return new Reply.Removed(1, false);
  }

  private @Nullable KeyRecord subjectKey(long id) {
    byte[] row = tables.get(Column.SUBJECT_KEYS, Bytes.of(id));
    return row == null ? null : KeyRows.parse(row);
  }

  private void put(long id, KeyRecord.Builder record) {
    tables.put(Column.SUBJECT_KEYS, Bytes.of(id), record.build().toByteArray());
  }

  private void removeSubject(long id, KeyRecord record) {
    if (record.getTimer() != 0) {
      timers.remove(record.getTimer(), TimerKind.UNUSED_SUBJECT, id);
    }
    tables.delete(Column.SUBJECTS, record.getSubject().toByteArray());
    tables.delete(Column.SUBJECT_KEYS, Bytes.of(id));
    meta.subjectKeys(meta.subjectKeys() - 1);
    gone(record.getRing());
  }

  /** Whether a node must make a command again, because keys have come or gone meanwhile. */
  public boolean isStale(Command command) {
    return switch (command) {
      case PushJobs push -> push.jobs().stream().anyMatch(this::isAboutNobody);
      case SealQueues(_, WrappedKey key, _) -> key == null || !isUnderTheRing(key.ring());
      case AddKeys add -> !isUnderTheRing(add.ring());
      case RewrapKeys rewrap -> !isUnderTheRing(rewrap.ring());
      default -> false;
    };
  }

  private boolean isAboutNobody(NewJob job) {
    long subject = job.options().subjectKey();
    return subject != 0 && subjectKey(subject) == null;
  }

  /** One more job is about a subject. */
  public void jobAdded(long subject) {
    count(subject, 1);
  }

  /** One job less is about a subject; its key goes a while after the last one. */
  public void jobRemoved(long subject) {
    count(subject, -1);
  }

  private void count(long subject, int by) {
    KeyRecord record = subjectKey(subject);
    if (record == null) {
      return;
    }
    KeyRecord.Builder counted = record.toBuilder().setJobs(record.getJobs() + by);
    put(subject, counted.getJobs() > 0 ? counted.clearUnusedAt() : unused(subject, counted));
  }

  /**
   * No job needs the key: it stays for a while, because a push may be on its way, and what was
   * asked or waited for before may be sealed under it.
   */
  private KeyRecord.Builder unused(long id, KeyRecord.Builder record) {
    if (record.getTimer() == 0) {
      look(id, record, meta.clock() + Limits.UNUSED_SUBJECT_MS);
    }
    return record.setUnusedAt(meta.clock());
  }

  private void look(long id, KeyRecord.Builder record, long due) {
    timers.put(due, TimerKind.UNUSED_SUBJECT, id);
    record.setTimer(due);
  }

  /** The key may have had no job for a while. */
  public void unusedTimer(long id, long now) {
    KeyRecord record = subjectKey(id);
    if (record == null) {
      return;
    }
    KeyRecord.Builder looked = record.toBuilder().clearTimer();
    long due = record.getUnusedAt() + Limits.UNUSED_SUBJECT_MS;
    if (record.getUnusedAt() != 0 && due <= now) {
      removeSubject(id, looked.build());
      return;
    }
    if (record.getUnusedAt() != 0) {
      look(id, looked, due);
    }
    put(id, looked);
  }

  public Reply begin(BeginRing command) {
    if (command.ring() == meta.ring() && command.id().equals(meta.ringId())) {
      return Done.DONE;
    }
    if (command.ring() != meta.ring() + 1 || meta.unwrappedKeys() != 0) {
      return Reason.DATA_RULES_CHANGED.refuses();
    }
    meta.ring(command.ring(), copy(command.id()));
    meta.ringWanted(false);
    meta.unwrappedKeys(keys.size() + meta.subjectKeys());
    return Done.DONE;
  }

  public Reply rewrap(RewrapKeys command) {
    for (RewrappedKey key : command.keys()) {
      StoredKey known = keys.get(key.id());
      if (known != null) {
        rewrap(known, new WrappedKey(command.ring(), copy(key.wrapped())));
      } else {
        rewrap(key, command.ring());
      }
    }
    return Done.DONE;
  }

  private void rewrap(StoredKey key, WrappedKey anew) {
    if (key.wrapped().ring() != anew.ring()) {
      gone(key.wrapped().ring());
      put(new StoredKey(key.id(), key.queues(), key.subject(), anew, key.madeAt()));
    }
  }

  private void rewrap(RewrappedKey key, long ring) {
    KeyRecord record = subjectKey(key.id());
    if (record != null && record.getRing() != ring) {
      gone(record.getRing());
      put(key.id(), record.toBuilder().setRing(ring).setWrapped(key.wrapped()));
    }
  }

  /** After the last entry; for any thread. */
  public KeyRing published() {
    return published;
  }

  /** Tells other threads. */
  public void entryEnded() {
    if (meta.ring() != 0) {
      publish();
    }
  }

  private void publish() {
    KeyRing last = published;
    if (!keysChanged
        && last.ring() == meta.ring()
        && last.wanted() == meta.ringWanted()
        && last.unwrapped() == meta.unwrappedKeys()
        && last.subjects() == meta.subjectKeys()
        && last.destroyed() == meta.destroyedKeys()
        && last.ringId().equals(meta.ringId())) {
      return;
    }
    keysChanged = false;
    published =
        new KeyRing(
            meta.ring(),
            meta.ringId(),
            meta.ringWanted(),
            meta.unwrappedKeys(),
            new ArrayList<>(keys.values()),
            meta.subjectKeys(),
            meta.destroyedKeys());
  }

  /** Reads everything again from the database. */
  public void forget() {
    namespaces.clear();
    keys.clear();
    namespacesChanged = false;
    load();
  }
}
