package dev.flashq.transport.wire;

import static java.util.Objects.requireNonNull;

import dev.flashq.protocol.option.PushOption;
import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes the Job object: the reference's fields in its order, then those that were added. */
final class JobWriter {
  /** Fields of the Job object that are no options. */
  private static final int OWN_FIELDS = 20;

  // Where the reference has its options. All others that are answered stand at the end.
  private static final PushOption[] BEFORE_TIMES = {PushOption.PRIORITY};
  private static final PushOption[] BEFORE_PROGRESS = {
    PushOption.MAX_ATTEMPTS,
    PushOption.BACKOFF,
    PushOption.TTL,
    PushOption.TIMEOUT,
    PushOption.UNIQUE_KEY,
    PushOption.DEPENDS_ON
  };
  private static final PushOption[] BEFORE_HEARTBEAT = {
    PushOption.TAGS, PushOption.LIFO, PushOption.REMOVE_ON_COMPLETE, PushOption.REMOVE_ON_FAIL
  };
  private static final PushOption[] BEFORE_STALLS = {PushOption.STALL_TIMEOUT};
  private static final PushOption[] BEFORE_COMPLETION = {
    PushOption.JOB_ID, PushOption.KEEP_COMPLETED_AGE, PushOption.KEEP_COMPLETED_COUNT
  };
  private static final PushOption[] BEHIND_COMPLETION = {PushOption.GROUP_ID};
  private static final PushOption[] AT_THE_END =
      answered().filter(JobWriter::isLater).toArray(PushOption[]::new);

  /** Fields that {@link #fields} writes. */
  private static final int FIELDS = OWN_FIELDS + (int) answered().count();

  private static final FieldName ID = FieldName.of("id");
  private static final FieldName QUEUE = FieldName.of("queue");
  private static final FieldName DATA = FieldName.of("data");
  private static final FieldName CREATED_AT = FieldName.of("created_at");
  private static final FieldName RUN_AT = FieldName.of("run_at");
  private static final FieldName STARTED_AT = FieldName.of("started_at");
  private static final FieldName ATTEMPTS = FieldName.of("attempts");
  private static final FieldName PROGRESS = FieldName.of("progress");
  private static final FieldName PROGRESS_MSG = FieldName.of("progress_msg");
  private static final FieldName LAST_HEARTBEAT = FieldName.of("last_heartbeat");
  private static final FieldName STALL_COUNT = FieldName.of("stall_count");
  private static final FieldName PARENT_ID = FieldName.of("parent_id");
  private static final FieldName CHILDREN_IDS = FieldName.of("children_ids");
  private static final FieldName CHILDREN_COMPLETED = FieldName.of("children_completed");
  private static final FieldName COMPLETED_AT = FieldName.of("completed_at");
  private static final FieldName PROGRESS_MESSAGE = FieldName.of("progress_message");
  private static final FieldName LEASE = FieldName.of("lease");

  private JobWriter() {}

  /** The Job object. */
  static void job(JobView job, Answer answer) {
    answer.out().beginMap(fields(job));
    fields(job, answer);
    answer.out().endMap();
  }

  /** How many fields {@link #fields(JobView, Answer)} writes. */
  static int fields(JobView job) {
    return FIELDS + (job.unreadable() ? 1 : 0);
  }

  static void jobOrNil(@Nullable JobView job, Answer answer) {
    if (job == null) {
      answer.out().nil();
    } else {
      job(job, answer);
    }
  }

  static void jobs(List<JobView> jobs, Answer answer) {
    answer.out().beginArray(jobs.size());
    for (JobView job : jobs) {
      job(job, answer);
    }
    answer.out().endArray();
  }

  private static Stream<PushOption> answered() {
    return PushOption.ALL.stream().filter(option -> option.answerName() != null);
  }

  private static boolean isLater(PushOption option) {
    return Stream.of(
            BEFORE_TIMES,
            BEFORE_PROGRESS,
            BEFORE_HEARTBEAT,
            BEFORE_STALLS,
            BEFORE_COMPLETION,
            BEHIND_COMPLETION)
        .flatMap(Stream::of)
        .noneMatch(option::equals);
  }

  /** The fields of the Job object, into a map that is open. */
  static void fields(JobView job, Answer answer) {
    ValueWriter out = answer.out();
    JobOptions options = job.options();
    integer(out, ID, job.id().value());
    text(out, QUEUE, job.queue().value());
    out.key(DATA);
    answer.payload(job.data());
    options(out, options, BEFORE_TIMES);
    integer(out, CREATED_AT, job.createdAt());
    integer(out, RUN_AT, job.runAt());
    integer(out, STARTED_AT, job.startedAt());
    integer(out, ATTEMPTS, job.attempts());
    options(out, options, BEFORE_PROGRESS);
    integer(out, PROGRESS, job.progress());
    text(out, PROGRESS_MSG, job.progressMessage());
    options(out, options, BEFORE_HEARTBEAT);
    integer(out, LAST_HEARTBEAT, job.lastHeartbeat());
    options(out, options, BEFORE_STALLS);
    integer(out, STALL_COUNT, job.stalls());
    family(out);
    options(out, options, BEFORE_COMPLETION);
    integer(out, COMPLETED_AT, job.completedAt());
    options(out, options, BEHIND_COMPLETION);
    added(job, answer);
    options(out, options, AT_THE_END);
    if (job.unreadable()) {
      flag(out, Names.UNREADABLE, true);
    }
  }

  private static void options(ValueWriter out, JobOptions options, PushOption[] some) {
    for (PushOption option : some) {
      out.key(requireNonNull(option.answerName()));
      switch (option.kind()) {
        case INT32, INT64, MILLIS -> out.integer(options.number(option));
        case FLAG -> out.bool(options.flag(option));
        case TEXT, TEXT_OR_NUMBER -> out.stringOrNil(options.text(option));
        case TEXTS -> texts(out, options.texts(option));
        case IDS -> ids(out, options.ids(option));
      }
    }
  }

  /** Flows are not served yet: no job has a parent. */
  private static void family(ValueWriter out) {
    out.key(PARENT_ID);
    out.nil();
    out.key(CHILDREN_IDS);
    out.beginArray(0);
    out.endArray();
    integer(out, CHILDREN_COMPLETED, 0);
  }

  /** What the Python and Go clients read from the job itself, and the lease. */
  private static void added(JobView job, Answer answer) {
    ValueWriter out = answer.out();
    text(out, Names.STATE, job.state().wireName());
    text(out, PROGRESS_MESSAGE, job.progressMessage());
    out.key(Names.RESULT);
    answer.payload(job.result());
    text(out, Names.ERROR, job.error());
    integer(out, LEASE, job.lease());
  }

  static void integer(ValueWriter out, FieldName name, long value) {
    out.key(name);
    out.integer(value);
  }

  static void flag(ValueWriter out, FieldName name, boolean value) {
    out.key(name);
    out.bool(value);
  }

  static void text(ValueWriter out, FieldName name, @Nullable String value) {
    out.key(name);
    out.stringOrNil(value);
  }

  static void ids(ValueWriter out, List<JobId> ids) {
    out.beginArray(ids.size());
    for (JobId id : ids) {
      out.integer(id.value());
    }
    out.endArray();
  }

  static void texts(ValueWriter out, List<String> texts) {
    out.beginArray(texts.size());
    for (String text : texts) {
      out.string(text);
    }
    out.endArray();
  }
}
