package dev.flashq.statemachine.engine;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reseal;
import dev.flashq.statemachine.StoredKey;
import dev.flashq.statemachine.erase.ResealStore;
import dev.flashq.statemachine.job.Job;
import dev.flashq.statemachine.job.Remark;
import dev.flashq.statemachine.keys.KeyRows;
import dev.flashq.statemachine.state.proto.StateProto.MetaRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Views.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Answers questions about keys, and about what is sealed under them. */
final class KeyReader {
  private static final byte[] ALL = new byte[0];

  private KeyReader() {}

  static Query.Sealing sealing(MetaRecord meta, View view) {
    var keys = new ArrayList<StoredKey>();
    view.scan(Column.DATA_KEYS, ALL, ALL, (key, row) -> keys.add(KeyRows.key(key, row)));
    return new Query.Sealing(
        new KeyRing(
            meta.getRing(),
            meta.getRingId(),
            meta.getRingWanted(),
            meta.getUnwrappedKeys(),
            keys,
            meta.getSubjectKeys(),
            meta.getDestroyedKeys()),
        namespaces(view),
        reseal(view));
  }

  private static List<Namespace> namespaces(View view) {
    var namespaces = new ArrayList<Namespace>();
    view.scan(
        Column.NAMESPACES, ALL, ALL, (key, row) -> namespaces.add(KeyRows.namespace(key, row)));
    return namespaces;
  }

  private static Reseal reseal(View view) {
    return ResealStore.view(view.get(Column.SETTINGS, ResealStore.KEY));
  }

  static Query.Keys subjects(Query.SubjectKeys query, View view) {
    var keys = new ArrayList<StoredKey>();
    for (ByteString hash : query.hashes()) {
      byte[] id = view.get(Column.SUBJECTS, hash.toByteArray());
      subject(id, view).ifPresent(keys::add);
    }
    for (long id : query.ids()) {
      subject(Bytes.of(id), view).ifPresent(keys::add);
    }
    return new Query.Keys(keys);
  }

  private static Optional<StoredKey> subject(byte @Nullable [] id, View view) {
    byte[] row = id == null ? null : view.get(Column.SUBJECT_KEYS, id);
    return id == null || row == null ? Optional.empty() : Optional.of(KeyRows.key(id, row));
  }

  static Query.KeyPage rewrap(Query.KeysToRewrap query, View view) {
    var page = new ArrayList<StoredKey>();
    view.scan(
        Column.DATA_KEYS,
        ALL,
        ALL,
        (key, row) -> {
          StoredKey stored = KeyRows.key(key, row);
          return stored.wrapped().ring() == query.ring() || page.add(stored);
        });
    if (!page.isEmpty()) {
      return new Query.KeyPage(page, query.after() + 1);
    }
    var next = new long[2];
    view.scan(
        Column.SUBJECT_KEYS,
        ALL,
        Bytes.of(query.after() + 1),
        (key, row) -> {
          if (page.size() == Limits.KEYS_PER_COMMAND || next[1] == Limits.LOOKS_PER_COMMAND) {
            return false;
          }
          next[1]++;
          StoredKey stored = KeyRows.key(key, row);
          next[0] = stored.id();
          return stored.wrapped().ring() == query.ring() || page.add(stored);
        });
    return new Query.KeyPage(page, next[0]);
  }

  /** What the walk that seals anew looks at next. */
  static Reseal.Page next(View view, IntFunction<QueueName> names) {
    Reseal reseal = reseal(view);
    return reseal.isRunning() ? page(reseal, view, names) : Reseal.Page.NONE;
  }

  private static Reseal.Page page(Reseal reseal, View view, IntFunction<QueueName> names) {
    List<Namespace> namespaces = namespaces(view);
    var sealed = new LinkedHashMap<QueueName, Boolean>();
    var items = new ArrayList<Reseal.Item>();
    long to =
        JobWalk.step(
            view,
            reseal.next(),
            reseal.last(),
            job -> {
              QueueName queue = names.apply(job.queue());
              if (!sealed.computeIfAbsent(queue, name -> isSealed(name, namespaces))) {
                return 0;
              }
              List<Reseal.Content> contents = contents(job, view);
              items.add(
                  new Reseal.Item(
                      new JobId(job.id()), queue, job.options().subjectKey(), contents));
              return contents.stream().mapToLong(each -> each.payload().bytes().size()).sum();
            });
    return new Reseal.Page(reseal, items, to);
  }

  private static boolean isSealed(QueueName queue, List<Namespace> namespaces) {
    return namespaces.stream().anyMatch(namespace -> namespace.covers(queue));
  }

  private static List<Reseal.Content> contents(Job job, View view) {
    var contents = new ArrayList<Reseal.Content>(2);
    add(contents, JobPart.DATA, Reader.payload(job.id(), false, view));
    add(contents, JobPart.RESULT, Reader.payload(job.id(), true, view));
    add(contents, JobPart.ERROR, said(job.error()));
    add(contents, JobPart.MESSAGE, said(job.progressMessage()));
    return contents;
  }

  private static void add(List<Reseal.Content> contents, JobPart part, @Nullable Payload payload) {
    if (payload != null) {
      contents.add(new Reseal.Content(part, payload));
    }
  }

  private static @Nullable Payload said(@Nullable Remark remark) {
    return remark == null ? null : remark.payload();
  }
}
