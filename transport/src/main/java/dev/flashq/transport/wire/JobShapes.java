package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.transport.wire.JobWriter.integer;
import static dev.flashq.transport.wire.JobWriter.text;

import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Query.Finished;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Query.Page;
import dev.flashq.statemachine.Reply.Acked;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Failure;
import dev.flashq.statemachine.Reply.PushOutcome.Accepted;
import dev.flashq.statemachine.Reply.Pushed;
import dev.flashq.statemachine.Reply.Refused;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers about jobs. */
final class JobShapes {
  /** The state of a job that does not exist. */
  static final String UNKNOWN = "unknown";

  private JobShapes() {}

  /** Carried out, nothing more to say. */
  static void done(Object outcome, Answer answer) {
    answer.ok(0);
  }

  static void pong(Object outcome, Answer answer) {
    answer.ok(1).key(Names.PONG);
    answer.out().bool(true);
  }

  static void pushedOne(Pushed pushed, Answer answer) {
    switch (pushed.outcomes().getFirst()) {
      case Accepted(JobId id, boolean existing) -> {
        ValueWriter out = answer.ok(existing ? 2 : 1);
        integer(out, Names.ID, id.value());
        if (existing) {
          existing(out);
        }
      }
      case Refused refused -> answer.refuse(refused);
    }
  }

  /** No job was added: the one with this custom id was there. */
  static void existing(ValueWriter out) {
    out.key(Names.EXISTING);
    out.bool(true);
  }

  /**
   * The outcomes of a batch push, by whether they are ids.
   *
   * @param existing positions among all whose job was there already
   */
  record Sorted(List<JobId> ids, List<Integer> existing, List<Failure> failures) {
    static Sorted of(Pushed pushed, Batch<NewJob> batch) {
      List<JobId> ids = new ArrayList<>(pushed.outcomes().size());
      List<Integer> existing = new ArrayList<>(0);
      List<Failure> refused = new ArrayList<>(0);
      for (int i = 0; i < pushed.outcomes().size(); i++) {
        switch (pushed.outcomes().get(i)) {
          case Accepted accepted -> {
            ids.add(accepted.id());
            if (accepted.existing()) {
              existing.add(batch.place(i));
            }
          }
          case Refused refusal -> refused.add(new Failure(i, refusal));
        }
      }
      return new Sorted(ids, existing, batch.failures(refused));
    }

    /** Fields that {@link #writeExisting} writes. */
    int existingFields() {
      return existing.isEmpty() ? 0 : 1;
    }

    void writeExisting(ValueWriter out) {
      if (!existing.isEmpty()) {
        out.key(Names.EXISTING);
        out.beginArray(existing.size());
        existing.forEach(out::integer);
        out.endArray();
      }
    }
  }

  static Shape<Pushed> pushedMany(Batch<NewJob> batch) {
    return (pushed, answer) -> {
      Sorted sorted = Sorted.of(pushed, batch);
      ValueWriter out = answer.ok(3 + sorted.existingFields());
      out.key(Names.IDS);
      JobWriter.ids(out, sorted.ids());
      failures(out, sorted.failures());
      sorted.writeExisting(out);
    };
  }

  /** Under two names, because one client reads the one and another the other. */
  static void failures(ValueWriter out, List<Failure> failures) {
    failures(out, Names.FAILED, failures, null);
    failures(out, Names.ERRORS, failures, null);
  }

  /** A list of what was refused; {@code ids} gives the job of an index, if there are jobs yet. */
  static void failures(
      ValueWriter out, FieldName name, List<Failure> failures, @Nullable List<JobId> ids) {
    out.key(name);
    out.beginArray(failures.size());
    for (Failure failure : failures) {
      out.beginMap(ids == null ? 3 : 4);
      integer(out, Names.INDEX, failure.index());
      if (ids != null) {
        integer(out, Names.ID, ids.get(failure.index()).value());
      }
      text(out, Names.ERROR, failure.refusal().detail());
      text(out, Names.CODE, failure.refusal().code().name());
      out.endMap();
    }
    out.endArray();
  }

  static void deliveredOne(Delivered delivered, Answer answer) {
    answer.ok(1).key(Names.JOB);
    JobWriter.jobOrNil(delivered.jobs().isEmpty() ? null : delivered.jobs().getFirst(), answer);
  }

  static void deliveredMany(Delivered delivered, Answer answer) {
    answer.ok(1).key(Names.JOBS);
    JobWriter.jobs(delivered.jobs(), answer);
  }

  static void ackedOne(Acked acked, Answer answer) {
    if (acked.failures().isEmpty()) {
      answer.ok(0);
    } else {
      answer.refuse(acked.failures().getFirst().refusal());
    }
  }

  /** {@code ids} holds the number of acknowledged jobs, not an id: so does the reference. */
  static Shape<Acked> ackedMany(AckBatch batch) {
    return (acked, answer) -> {
      ValueWriter out = answer.ok(3);
      countAsIds(out, acked.count());
      failures(out, Names.FAILED, batch.failures(acked), batch.jobs());
    };
  }

  static void countAsIds(ValueWriter out, int count) {
    out.key(Names.IDS);
    out.beginArray(1);
    out.integer(count);
    out.endArray();
    integer(out, Names.COUNT, count);
  }

  static void found(Found found, Answer answer) {
    answer.ok(2).key(Names.JOB);
    JobWriter.jobOrNil(found.job(), answer);
    text(answer.out(), Names.STATE, state(found));
  }

  static String state(Found found) {
    JobView job = found.job();
    return job == null ? UNKNOWN : job.state().wireName();
  }

  static Shape<Found> state(JobId id) {
    return (found, answer) -> {
      integer(answer.ok(2), Names.ID, id.value());
      text(answer.out(), Names.STATE, state(found));
    };
  }

  static Shape<Found> result(JobId id) {
    return (found, answer) -> {
      integer(answer.ok(2), Names.ID, id.value());
      result(found.job(), answer);
    };
  }

  static void finished(Finished finished, Answer answer) {
    answer.ok(1).key(Names.RESULT);
    answer.payload(finished.result());
  }

  private static void result(@Nullable JobView job, Answer answer) {
    answer.out().key(Names.RESULT);
    answer.payload(job == null ? null : job.result());
  }

  /**
   * How far a job is; a completed one has come to the end. {@code go}: a number where others get an
   * object.
   */
  static Shape<Found> progress(JobId id, boolean go) {
    return (found, answer) -> {
      JobView job = found.job();
      if (job == null) {
        answer.refuse(new Refused(JOB_NOT_FOUND, "Job " + id + " not found"));
        return;
      }
      int progress = job.state() == JobState.COMPLETED ? 100 : job.progress();
      ValueWriter out = answer.ok(2);
      out.key(Names.PROGRESS);
      if (go) {
        out.integer(progress);
      } else {
        out.beginMap(3);
        integer(out, Names.ID, id.value());
        integer(out, Names.PROGRESS, progress);
        text(out, Names.MESSAGE, job.progressMessage());
        out.endMap();
      }
      text(out, Names.MESSAGE, job.progressMessage());
    };
  }

  static void dead(Page page, Answer answer) {
    answer.ok(1).key(Names.JOBS);
    JobWriter.jobs(page.jobs(), answer);
  }

  static void batch(Page page, Answer answer) {
    answer.ok(1).key(Names.JOBS);
    items(page, answer);
  }

  static void listing(Page page, Answer answer) {
    answer.ok(3).key(Names.JOBS);
    items(page, answer);
    integer(answer.out(), Names.TOTAL, page.total());
    cursor(page, answer);
  }

  /** Where the next page begins; null behind the last one. */
  static void cursor(Page page, Answer answer) {
    text(answer.out(), Names.CURSOR, page.next().isEmpty() ? null : Cursors.text(page.next()));
  }

  /**
   * Each item is the job's fields on its own level, and the Job object again for the TypeScript
   * client.
   */
  static void items(Page page, Answer answer) {
    ValueWriter out = answer.out();
    out.beginArray(page.jobs().size());
    for (JobView job : page.jobs()) {
      out.beginMap(JobWriter.fields(job) + 1);
      JobWriter.fields(job, answer);
      out.key(Names.JOB);
      JobWriter.job(job, answer);
      out.endMap();
    }
    out.endArray();
  }
}
