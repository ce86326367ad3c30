package dev.flashq.statemachine.access;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.Credential;
import dev.flashq.statemachine.Credential.State;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.log.AccessCodec;
import dev.flashq.statemachine.state.proto.StateProto.CredentialRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.LookupMap;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All credentials and roles; both are few, so that they stay in memory. */
public final class AccessStore {
  /** Milliseconds to which the use of a credential is noted. */
  private static final long USE_MS = 3_600_000;

  private final Tables tables;
  private final Meta meta;
  private final Timers timers;
  private final QuotaStore quotas;
  private final TreeMap<Long, StoredCredential> credentials = new TreeMap<>();
  private final TreeMap<String, Role> roles = new TreeMap<>();
  // For any thread.
  private final LookupMap<Long, Long> used = LookupMap.shared();
  private AccessRules rules;
  private boolean stale;
  private boolean changed;
  private volatile Access published;

  public AccessStore(Tables tables, Meta meta, Timers timers, QuotaStore quotas) {
    this.tables = tables;
    this.quotas = quotas;
    this.meta = meta;
    this.timers = timers;
    load();
    this.rules = compile();
    this.published = rules;
  }

  private void load() {
    byte[] all = new byte[0];
    tables.scan(
        Column.CREDENTIALS,
        all,
        all,
        (key, value) -> {
          long number = Bytes.longAt(key, 0);
          var credential = new StoredCredential(number, StoredCredential.parse(value));
          credentials.put(number, credential);
          used.put(number, credential.row().getUsedAt());
          return true;
        });
    tables.scan(
        Column.ROLES,
        all,
        all,
        (key, value) -> {
          Role role = parseRole(value);
          roles.put(role.name(), role);
          return true;
        });
  }

  public static Role parseRole(byte[] value) {
    try {
      return AccessCodec.decode(LogProto.Role.parseFrom(value));
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a role", e);
    }
  }

  private AccessRules compile() {
    return new AccessRules(
        meta.isProtected(), meta.accessKey(), credentials.values(), roles, quotas, used);
  }

  /** Who may do what at this place of the entry. */
  public Access rules() {
    if (stale) {
      rules = compile();
      stale = false;
    }
    return rules;
  }

  /** Who may do what after the last entry. For any thread. */
  public Access published() {
    return published;
  }

  void key(ByteString key) {
    meta.accessKey(key);
    touched();
  }

  int size() {
    return credentials.size();
  }

  int roles() {
    return roles.size();
  }

  boolean hasRole(String name) {
    return roles.containsKey(name);
  }

  void put(Role role) {
    roles.put(role.name(), role);
    tables.put(Column.ROLES, Bytes.of(role.name()), AccessCodec.encode(role).toByteArray());
    touched();
  }

  void dropRole(String name) {
    roles.remove(name);
    tables.delete(Column.ROLES, Bytes.of(name));
    touched();
  }

  List<StoredCredential> all(Predicate<StoredCredential> which) {
    return credentials.values().stream().filter(which).toList();
  }

  @Nullable StoredCredential find(long number) {
    return credentials.get(number);
  }

  /** A new one; from now on clients have to say who they are. */
  void add(CredentialRecord row) {
    meta.protect();
    save(new StoredCredential(meta.nextCredential(), row));
  }

  /** Puts its row, and the timer that ends it. */
  void save(StoredCredential next) {
    StoredCredential old = credentials.put(next.number(), next);
    long ended = old == null || !old.isActive() ? 0 : old.row().getEndsAt();
    long ends = next.isActive() ? next.row().getEndsAt() : 0;
    if (ended != ends) {
      if (ended != 0) {
        timers.remove(ended, TimerKind.CREDENTIAL_END, next.number());
      }
      if (ends != 0) {
        timers.put(ends, TimerKind.CREDENTIAL_END, next.number());
      }
    }
    write(next);
    touched();
  }

  /** Its timer has fired, and is no longer there. */
  void expired(StoredCredential credential) {
    StoredCredential ended = credential.in(State.EXPIRED);
    credentials.put(ended.number(), ended);
    write(ended);
    touched();
  }

  /** A credential is used, which is noted by the hour and changes no rule. */
  public void noteUse(long number, long now) {
    long hour = now - now % USE_MS;
    StoredCredential known = number == 0 ? null : credentials.get(number);
    if (known != null && known.row().getUsedAt() < hour) {
      credentials.put(number, known.usedAt(hour));
      used.put(number, hour);
      write(known.usedAt(hour));
    }
  }

  private void write(StoredCredential credential) {
    tables.put(Column.CREDENTIALS, Bytes.of(credential.number()), credential.row().toByteArray());
  }

  void remove(StoredCredential credential) {
    if (credential.isActive() && credential.row().getEndsAt() != 0) {
      timers.remove(credential.row().getEndsAt(), TimerKind.CREDENTIAL_END, credential.number());
    }
    credentials.remove(credential.number());
    used.remove(credential.number());
    tables.delete(Column.CREDENTIALS, Bytes.of(credential.number()));
    touched();
  }

  /** Replaces what a member lists. */
  void list(String member, List<ListedToken> tokens, long now) {
    for (StoredCredential known : all(c -> c.isToken() && c.isListed())) {
      StoredCredential without = known.without(member);
      if (without.isListed() || !without.isActive()) {
        save(without);
      } else {
        remove(known);
      }
    }
    for (int i = 0; i < tokens.size(); i++) {
      add(member, tokens.get(i), i, now);
    }
  }

  private void add(String member, ListedToken token, int place, long now) {
    for (StoredCredential known : all(c -> c.isToken() && c.hash().equals(token.hash()))) {
      save(known.with(member, token, place));
      return;
    }
    var fresh =
        new StoredCredential(
            0,
            CredentialRecord.newBuilder()
                .setName(token.name())
                .setHash(token.hash())
                .setCreatedAt(now)
                .build());
    add(fresh.with(member, token, place).row());
  }

  /** Says how much somebody may do; false when there are too many quotas. */
  boolean limit(Quota quota, long now) {
    if (!quotas.set(quota, now)) {
      return false;
    }
    touched();
    return true;
  }

  private void touched() {
    stale = true;
    changed = true;
  }

  /** Tells other threads. */
  public void entryEnded(Turn turn) {
    if (stale || published != rules) {
      published = rules();
    }
    if (changed) {
      changed = false;
      turn.emit(new Fact.AccessChanged());
    }
  }

  /** Ends a credential in one of the states in which it is good for nothing. */
  void end(StoredCredential credential, State state) {
    save(credential.in(state));
  }

  /** A stored row as clients see it. */
  public static Credential view(byte[] key, byte[] value) {
    return new StoredCredential(Bytes.longAt(key, 0), StoredCredential.parse(value)).view();
  }

  /** Reads everything again from the database. */
  public void forget() {
    credentials.clear();
    used.clear();
    roles.clear();
    changed = false;
    load();
    rules = compile();
    stale = false;
  }
}
