package dev.flashq.transport.wire;

import static dev.flashq.transport.wire.JobWriter.integer;
import static dev.flashq.transport.wire.JobWriter.text;

import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.Reply.Acked;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.PushOutcome.Accepted;
import dev.flashq.statemachine.Reply.Pushed;
import dev.flashq.transport.Outcomes;
import dev.flashq.transport.wire.QueueShapes.Overview;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of the HTTP routes: the value under {@code data}. */
final class HttpShapes {
  private HttpShapes() {}

  private static ValueWriter data(Answer answer, int more) {
    ValueWriter out = answer.ok(1 + more);
    out.key(Names.DATA);
    return out;
  }

  static void nothing(Object outcome, Answer answer) {
    data(answer, 0).nil();
  }

  /**
   * A pushed job.
   *
   * @param job null when it could not be looked at any more, which does not make the push undone
   */
  record PushedJob(Accepted accepted, @Nullable JobView job) implements Outcomes.OfJob {
    @Override
    public PushedJob withJob(@Nullable JobView whole) {
      return new PushedJob(accepted, whole);
    }
  }

  static void pushed(PushedJob pushed, Answer answer) {
    boolean existing = pushed.accepted().existing();
    ValueWriter out = data(answer, existing ? 1 : 0);
    JobView job = pushed.job();
    if (job != null) {
      JobWriter.job(job, answer);
    } else {
      out.beginMap(2);
      integer(out, Names.ID, pushed.accepted().id().value());
      text(out, Names.STATE, JobShapes.UNKNOWN);
      out.endMap();
    }
    if (existing) {
      JobShapes.existing(out);
    }
  }

  static Shape<Pushed> pushedMany(Batch<NewJob> batch) {
    return (pushed, answer) -> {
      JobShapes.Sorted sorted = JobShapes.Sorted.of(pushed, batch);
      ValueWriter out = data(answer, 2 + sorted.existingFields());
      JobWriter.ids(out, sorted.ids());
      JobShapes.failures(out, sorted.failures());
      sorted.writeExisting(out);
    };
  }

  static void delivered(Delivered delivered, Answer answer) {
    data(answer, 0);
    JobWriter.jobs(delivered.jobs(), answer);
  }

  static void acked(Acked acked, Answer answer) {
    if (acked.failures().isEmpty()) {
      nothing(acked, answer);
    } else {
      answer.refuse(acked.failures().getFirst().refusal());
    }
  }

  static Shape<Acked> ackedMany(AckBatch batch) {
    return (acked, answer) -> {
      ValueWriter out = data(answer, 2);
      out.integer(acked.count());
      integer(out, Names.COUNT, acked.count());
      JobShapes.failures(out, Names.FAILED, batch.failures(acked), batch.jobs());
    };
  }

  /**
   * The job's fields on the level of {@code data}, and the Job object again for the TypeScript
   * client.
   */
  static void job(Found found, Answer answer) {
    ValueWriter out = data(answer, 0);
    JobView job = found.job();
    out.beginMap(job == null ? 3 : JobWriter.fields(job) + 1);
    if (job != null) {
      JobWriter.fields(job, answer);
    } else {
      text(out, Names.STATE, JobShapes.UNKNOWN);
      out.key(Names.RESULT);
      out.nil();
    }
    out.key(Names.JOB);
    JobWriter.jobOrNil(job, answer);
    out.endMap();
  }

  static void state(Found found, Answer answer) {
    data(answer, 0).string(JobShapes.state(found));
  }

  static void result(Found found, Answer answer) {
    data(answer, 0);
    JobView job = found.job();
    answer.payload(job == null ? null : job.result());
  }

  static void jobs(Query.Page page, Answer answer) {
    data(answer, 1);
    JobShapes.items(page, answer);
    JobShapes.cursor(page, answer);
  }

  static void counts(QueueView queue, Answer answer) {
    ValueWriter out = data(answer, 0);
    out.beginMap(5);
    QueueShapes.five(queue, out);
    out.endMap();
  }

  static void count(QueueView queue, Answer answer) {
    data(answer, 0).integer(queue.waiting() + queue.delayed());
  }

  static void queues(List<QueueView> queues, Answer answer) {
    QueueShapes.infos(queues, data(answer, 0));
  }

  static void stats(Overview overview, Answer answer) {
    ValueWriter out = data(answer, 0);
    out.beginMap(5);
    QueueShapes.sums(overview.stats(), out);
    out.endMap();
  }

  /**
   * The metrics on the level of {@code data}, and again inside {@code metrics} for the TypeScript
   * client.
   */
  static void metrics(Overview overview, Answer answer) {
    ValueWriter out = data(answer, 0);
    out.beginMap(QueueShapes.METRICS_FIELDS + 1);
    QueueShapes.metricsFields(overview, out);
    out.key(Names.METRICS);
    out.beginMap(QueueShapes.METRICS_FIELDS);
    QueueShapes.metricsFields(overview, out);
    out.endMap();
    out.endMap();
  }
}
