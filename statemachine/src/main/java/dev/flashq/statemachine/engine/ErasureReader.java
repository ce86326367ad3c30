package dev.flashq.statemachine.engine;

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
import dev.flashq.statemachine.state.proto.StateProto.ErasureRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Views.View;
import java.util.ArrayList;
import java.util.function.IntFunction;

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
          Erasure erasure = ErasureStore.view(Bytes.longAt(key, 0), record);
          page[0] = page(erasure, ErasureStore.grant(record), view, names);
          return false;
        });
    return page[0];
  }

  private static ErasurePage page(
      Erasure erasure, Grant grant, View view, IntFunction<QueueName> names) {
    var jobs = new ArrayList<ErasableJob>();
    long to =
        JobWalk.step(
            view,
            erasure.next(),
            erasure.last(),
            job -> {
              JobState state = job.status().state();
              if (!erasure.request().covers(state)
                  || !mayBeTouched(names.apply(job.queue()), erasure, grant)) {
                return 0;
              }
              Payload data = Reader.payload(job.id(), false, view);
              Payload result = Reader.payload(job.id(), true, view);
              jobs.add(
                  new ErasableJob(new JobId(job.id()), state == JobState.ACTIVE, data, result));
              return JobListing.size(data) + JobListing.size(result);
            });
    return new ErasurePage(erasure, jobs, to);
  }

  private static boolean mayBeTouched(QueueName queue, Erasure erasure, Grant grant) {
    return erasure.request().covers(queue) && grant.allows(Operation.ADMIN, queue);
  }
}
