package dev.flashq.statemachine.engine;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.ErasableJob;
import dev.flashq.statemachine.Query.ErasurePage;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.erase.ErasureStore;
import dev.flashq.statemachine.job.Job;
import dev.flashq.statemachine.job.JobCodec;
import dev.flashq.statemachine.job.Payloads;
import dev.flashq.statemachine.state.proto.StateProto.ErasureRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Views.View;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Answers questions about erasures. */
final class ErasureReader {
  private static final byte[] ALL = new byte[0];

  private ErasureReader() {}

  static Query.Erasures list(Query.ListErasures query, String name, Grant grant, View view) {
    var erasures = new ArrayList<Erasure>();
    view.scanBack(
        Column.ERASURES,
        ALL,
        (key, row) -> {
          ErasureRecord record = ErasureStore.parse(row);
          long number = Bytes.longAt(key, 0);
          if (number < query.below() && ErasureStore.mayBeSeen(record, name, grant)) {
            erasures.add(ErasureStore.view(number, record));
          }
          return erasures.size() < query.limit();
        });
    return new Query.Erasures(erasures);
  }

  /** What the first one that runs looks at next. */
  static ErasurePage next(View view, IntFunction<QueueName> names) {
    var page = new ErasurePage[] {ErasurePage.NONE};
    view.scan(
        Column.ERASURES,
        ALL,
        ALL,
        (key, row) -> {
          ErasureRecord record = ErasureStore.parse(row);
          if (record.getStatus() != Erasure.Status.RUNNING.number()) {
            return true;
          }
          page[0] =
              new Walk(
                      ErasureStore.view(Bytes.longAt(key, 0), record),
                      ErasureStore.grant(record),
                      view,
                      names)
                  .page();
          return false;
        });
    return page[0];
  }

  /** One step through the jobs by their ids. */
  private static final class Walk {
    private final Erasure erasure;
    private final Grant grant;
    private final View view;
    private final IntFunction<QueueName> names;
    private final List<ErasableJob> jobs = new ArrayList<>();
    private long to;
    private int looks;
    private long bytes;

    Walk(Erasure erasure, Grant grant, View view, IntFunction<QueueName> names) {
      this.erasure = erasure;
      this.grant = grant;
      this.view = view;
      this.names = names;
      this.to = erasure.last() + 1;
    }

    ErasurePage page() {
      view.scan(Column.JOBS, ALL, Bytes.of(erasure.next()), this::look);
      return new ErasurePage(erasure, jobs, to);
    }

    private boolean look(byte[] key, byte[] header) {
      long id = Bytes.longAt(key, 0);
      if (id > erasure.last()) {
        return false;
      }
      if (looks >= Limits.ERASURE_LOOKS || bytes >= Limits.ERASURE_READ_BYTES) {
        to = id;
        return false;
      }
      looks++;
      Job job = JobCodec.decode(id, header);
      JobState state = job.status().state();
      if (erasure.request().covers(state) && mayBeTouched(names.apply(job.queue()))) {
        add(
            new ErasableJob(
                new JobId(id),
                state == JobState.ACTIVE,
                read(Payloads.dataKey(id)),
                read(Payloads.resultKey(id))));
      }
      return true;
    }

    private boolean mayBeTouched(QueueName queue) {
      return erasure.request().covers(queue) && grant.allows(Operation.ADMIN, queue);
    }

    private void add(ErasableJob job) {
      jobs.add(job);
      bytes += size(job.data()) + size(job.result());
    }

    private @Nullable Payload read(byte[] key) {
      return Payloads.decode(view.get(Column.PAYLOADS, key));
    }

    private static long size(@Nullable Payload payload) {
      return payload == null ? 0 : payload.bytes().size();
    }
  }
}
