package dev.flashq.transport.wire;

import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the Job object: the reference's fields in its order, then those that were added. */
final class JobWriter {
  /** Fields that {@link #fields} writes. */
  static final int FIELDS = 36;

  private static final FieldName ID = FieldName.of("id");
  private static final FieldName QUEUE = FieldName.of("queue");
  private static final FieldName DATA = FieldName.of("data");
  private static final FieldName PRIORITY = FieldName.of("priority");
  private static final FieldName CREATED_AT = FieldName.of("created_at");
  private static final FieldName RUN_AT = FieldName.of("run_at");
  private static final FieldName STARTED_AT = FieldName.of("started_at");
  private static final FieldName ATTEMPTS = FieldName.of("attempts");
  private static final FieldName MAX_ATTEMPTS = FieldName.of("max_attempts");
  private static final FieldName BACKOFF = FieldName.of("backoff");
  private static final FieldName TTL = FieldName.of("ttl");
  private static final FieldName TIMEOUT = FieldName.of("timeout");
  private static final FieldName UNIQUE_KEY = FieldName.of("unique_key");
  private static final FieldName DEPENDS_ON = FieldName.of("depends_on");
  private static final FieldName PROGRESS = FieldName.of("progress");
  private static final FieldName PROGRESS_MSG = FieldName.of("progress_msg");
  private static final FieldName TAGS = FieldName.of("tags");
  private static final FieldName LIFO = FieldName.of("lifo");
  private static final FieldName REMOVE_ON_COMPLETE = FieldName.of("remove_on_complete");
  private static final FieldName REMOVE_ON_FAIL = FieldName.of("remove_on_fail");
  private static final FieldName LAST_HEARTBEAT = FieldName.of("last_heartbeat");
  private static final FieldName STALL_TIMEOUT = FieldName.of("stall_timeout");
  private static final FieldName STALL_COUNT = FieldName.of("stall_count");
  private static final FieldName PARENT_ID = FieldName.of("parent_id");
  private static final FieldName CHILDREN_IDS = FieldName.of("children_ids");
  private static final FieldName CHILDREN_COMPLETED = FieldName.of("children_completed");
  private static final FieldName CUSTOM_ID = FieldName.of("custom_id");
  private static final FieldName KEEP_COMPLETED_AGE = FieldName.of("keep_completed_age");
  private static final FieldName KEEP_COMPLETED_COUNT = FieldName.of("keep_completed_count");
  private static final FieldName COMPLETED_AT = FieldName.of("completed_at");
  private static final FieldName GROUP_ID = FieldName.of("group_id");
  private static final FieldName PROGRESS_MESSAGE = FieldName.of("progress_message");
  private static final FieldName LEASE = FieldName.of("lease");

  private JobWriter() {}

  /** The Job object. */
  static void job(JobView job, Answer answer) {
    answer.out().beginMap(FIELDS);
    fields(job, answer);
    answer.out().endMap();
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

  /** The fields of the Job object, into a map that is open. */
  static void fields(JobView job, Answer answer) {
    ValueWriter out = answer.out();
    JobOptions options = job.options();
    integer(out, ID, job.id().value());
    text(out, QUEUE, job.queue().value());
    out.key(DATA);
    answer.payload(job.data());
    integer(out, PRIORITY, options.priority());
    integer(out, CREATED_AT, job.createdAt());
    integer(out, RUN_AT, job.runAt());
    integer(out, STARTED_AT, job.startedAt());
    integer(out, ATTEMPTS, job.attempts());
    retries(out, options);
    text(out, UNIQUE_KEY, options.uniqueKey());
    out.key(DEPENDS_ON);
    ids(out, options.dependsOn());
    integer(out, PROGRESS, job.progress());
    text(out, PROGRESS_MSG, job.progressMessage());
    out.key(TAGS);
    texts(out, options.tags());
    flag(out, LIFO, options.lifo());
    flag(out, REMOVE_ON_COMPLETE, options.removeOnComplete());
    flag(out, REMOVE_ON_FAIL, options.removeOnFail());
    integer(out, LAST_HEARTBEAT, job.lastHeartbeat());
    integer(out, STALL_TIMEOUT, options.stallTimeoutMs());
    integer(out, STALL_COUNT, job.stalls());
    family(out);
    text(out, CUSTOM_ID, options.customId());
    integer(out, KEEP_COMPLETED_AGE, options.keepCompletedAgeMs());
    integer(out, KEEP_COMPLETED_COUNT, options.keepCompletedCount());
    integer(out, COMPLETED_AT, job.completedAt());
    text(out, GROUP_ID, options.groupId());
    added(job, answer);
  }

  private static void retries(ValueWriter out, JobOptions options) {
    integer(out, MAX_ATTEMPTS, options.maxAttempts());
    integer(out, BACKOFF, options.backoffMs());
    integer(out, TTL, options.ttlMs());
    integer(out, TIMEOUT, options.timeoutMs());
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

  private static void texts(ValueWriter out, List<String> texts) {
    out.beginArray(texts.size());
    for (String text : texts) {
      out.string(text);
    }
    out.endArray();
  }
}
