package dev.flashq.statemachine.gateway;

import static dev.flashq.protocol.ErrorCode.BATCH_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.DATA_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.INVALID_QUEUE_NAME;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RequestId;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is refused before it is proposed, and with which words. */
class RulesTest {
  private static final QueueName MAIL = new QueueName("mail");
  private static final JobId JOB = new JobId(1);
  private static final Claim CLAIM = new Claim(JOB, 1);
  private static final NewJob NEW = new NewJob(Payload.NULL, JobOptions.DEFAULTS);
  private static final Payload TOO_LARGE =
      new Payload(Payload.Encoding.JSON, ByteString.copyFrom(new byte[Limits.DATA_BYTES + 1]));
  private static final String DAYS = "between 0 and 100 years in milliseconds";

  private static void refused(ThrowingCallable check, ErrorCode code, String sentence) {
    assertThatThrownBy(check)
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(code);
              assertThat(refusal.sentence()).isEqualTo(sentence);
            });
  }

  private static void refused(Command command, ErrorCode code, String sentence) {
    refused(() -> Rules.checked(command), code, sentence);
  }

  private static void refused(Query<?> query, String sentence) {
    refused(() -> Rules.checked(query), INVALID_REQUEST, sentence);
  }

  @Test
  void namesOfQueues() {
    for (String good : List.of("mail", "a.b-c_d:e", "0", "почта", "é".repeat(128))) {
      assertThat(Rules.checked(new QueueName(good))).isEqualTo(new QueueName(good));
    }
    name("", "Queue name cannot be empty");
    name("é".repeat(128) + "x", "Queue name too long (max 256 chars)");
    for (String bad : List.of("a b", "a/b", "a\n", "\ud800", "€")) {
      name(
          bad,
          "Queue name must contain only alphanumeric characters, underscores, hyphens, dots, or"
              + " colons");
    }
  }

  private static void name(String name, String sentence) {
    QueueName queue = new QueueName(name);
    refused(() -> Rules.checked(queue), INVALID_QUEUE_NAME, sentence);
    for (Command command :
        List.of(
            new Command.PushJobs(queue, List.of(NEW)),
            new Command.PullJobs(queue, 1, 0),
            new Command.SetPaused(queue, true),
            new Command.DrainQueue(queue, 1, 1),
            new Command.SetRateLimit(queue, null),
            new Command.SetConcurrency(queue, null),
            new Command.RetryDeadJobs(queue, null, 1),
            new Command.RemoveJobs(queue, JobState.FAILED, 0, 1, 1),
            new Command.ForgetQueue(queue))) {
      refused(command, INVALID_QUEUE_NAME, sentence);
    }
    for (Query<?> query :
        List.of(
            new Query.ListJobs(queue, null, 1, 0),
            new Query.ListDeadJobs(queue, 1),
            new Query.GetQueue(queue))) {
      refused(() -> Rules.checked(query), INVALID_QUEUE_NAME, sentence);
    }
  }

  @Test
  void numbersOfJobs() {
    assertThat(Rules.checked(new JobId((1L << 53) - 1)).value()).isEqualTo((1L << 53) - 1);
    for (long bad : new long[] {0, -1, 1L << 53}) {
      JobId job = new JobId(bad);
      Claim claim = new Claim(job, 1);
      for (Command command :
          List.of(
              new Command.AckJobs(List.of(new Command.Ack(claim, null))),
              new Command.FailJob(claim, ""),
              new Command.ReportProgress(claim, 1, null),
              new Command.RenewLease(claim),
              new Command.CancelJob(job),
              new Command.UpdateJob(job, Payload.NULL),
              new Command.ChangePriority(job, 1),
              new Command.MoveToDelayed(claim, 1),
              new Command.PromoteJob(job),
              new Command.DiscardJob(claim),
              new Command.ReleaseJobs(List.of(claim)),
              new Command.RetryDeadJobs(MAIL, job, 1),
              push(new NewJob(Payload.NULL, after(job))))) {
        refused(command, INVALID_REQUEST, "a job id is between 1 and 2^53 - 1");
      }
      for (Query<?> query :
          List.of(
              new Query.GetJob(job),
              new Query.GetJobs(List.of(job)),
              new Query.WaitForJob(job, 1))) {
        refused(query, "a job id is between 1 and 2^53 - 1");
      }
    }
  }

  private static JobOptions after(JobId... jobs) {
    return JobOptions.builder().dependsOn(List.of(jobs)).build();
  }

  private static Command push(NewJob... jobs) {
    return new Command.PushJobs(MAIL, List.of(jobs));
  }

  @Test
  void sizesOfData() {
    String sentence = "Job data too large (10485761 bytes, max 10485760 bytes)";
    refused(push(new NewJob(TOO_LARGE, JobOptions.DEFAULTS)), DATA_TOO_LARGE, sentence);
    refused(new Command.UpdateJob(JOB, TOO_LARGE), DATA_TOO_LARGE, sentence);
    refused(
        new Command.AckJobs(List.of(new Command.Ack(CLAIM, TOO_LARGE))), DATA_TOO_LARGE, sentence);
  }

  @Test
  void sizesOfBatches() {
    refused(
        new Command.PushJobs(MAIL, Collections.nCopies(1001, NEW)),
        BATCH_TOO_LARGE,
        "at most 1000 jobs in one batch");
    NewJob waiting =
        new NewJob(
            Payload.NULL, JobOptions.builder().dependsOn(Collections.nCopies(1000, JOB)).build());
    refused(
        new Command.PushJobs(MAIL, Collections.nCopies(11, waiting)),
        BATCH_TOO_LARGE,
        "at most 10000 dependencies in one batch");
    refused(
        new Command.AckJobs(Collections.nCopies(1001, new Command.Ack(CLAIM, null))),
        BATCH_TOO_LARGE,
        "at most 1000 jobs in one batch");
    for (int count : new int[] {0, -1, 1001}) {
      refused(new Command.PullJobs(MAIL, count, 0), BATCH_TOO_LARGE, "count is between 1 and 1000");
    }
    refused(new Query.GetJobs(Collections.nCopies(1001, JOB)), "at most 1000 ids");
    refused(
        new Query.GetPayloads(Collections.nCopies(20_001, new Query.Part(JOB, true))),
        "at most 20000 parts");
  }

  @Test
  void timesAndNumbers() {
    long tooLong = Limits.DURATION_MS + 1;
    refused(new Command.PullJobs(MAIL, 1, -1), INVALID_REQUEST, "timeout is not negative");
    refused(new Query.WaitForJob(JOB, -1), "timeout is not negative");
    for (long bad : new long[] {-1, tooLong}) {
      refused(new Command.MoveToDelayed(CLAIM, bad), INVALID_REQUEST, "delay is " + DAYS);
      refused(new Command.ExtendLeases(bad, 0), INVALID_REQUEST, "times " + DAYS);
      refused(new Command.ExtendLeases(0, bad), INVALID_REQUEST, "times " + DAYS);
      refused(
          push(new NewJob(Payload.NULL, JobOptions.builder().ttlMs(bad).build())),
          INVALID_REQUEST,
          "ttl is between 0 and 3153600000000 milliseconds");
      rate(bad == -1 ? 0 : bad, 1, "a limit's duration is between 1 millisecond and 100 years");
      rate(1000, bad == -1 ? bad : 1_000_001, "a limit of jobs is between 0 and 1000000");
    }
    refused(
        new Command.SetConcurrency(MAIL, -1),
        INVALID_REQUEST,
        "a concurrency limit is not negative");
    refused(
        new Command.RemoveJobs(MAIL, JobState.FAILED, -1, 1, 1),
        INVALID_REQUEST,
        "grace is not negative");
    refused(new Query.ListJobs(null, null, -1, 0), "limit is not negative");
    refused(new Query.ListJobs(null, null, 1, -1), "offset is between 0 and 100000");
    refused(new Query.ListJobs(null, null, 1, 100_001), "offset is between 0 and 100000");
    refused(new Query.ListDeadJobs(MAIL, -1), "count is not negative");
  }

  private static void rate(long durationMs, long max, String sentence) {
    refused(
        new Command.SetRateLimit(MAIL, new RateLimit(max, durationMs)), INVALID_REQUEST, sentence);
  }

  @Test
  void namesOfRequests() {
    String bytes = "a client id has between 1 and 64 bytes";
    refused(() -> Rules.checked(new RequestId("", 0, 0)), INVALID_REQUEST, bytes);
    refused(() -> Rules.checked(new RequestId("x".repeat(65), 0, 0)), INVALID_REQUEST, bytes);
    for (RequestId bad :
        List.of(new RequestId("c", -1, 0), new RequestId("c", 1, -1), new RequestId("c", 1, 2))) {
      refused(
          () -> Rules.checked(bad), INVALID_REQUEST, "a request id needs 0 <= settled <= sequence");
    }
    RequestId good = new RequestId("x".repeat(64), 3, 3);
    assertThat(Rules.checked(good)).isEqualTo(good);
  }

  @Test
  void whatIsLongerThanAnyUseIsCut() {
    String text = "x".repeat(Limits.TEXT_BYTES);
    assertThat(Rules.checked(new Command.FailJob(CLAIM, text + "y")))
        .isEqualTo(new Command.FailJob(CLAIM, text));
    assertThat(Rules.checked(new Command.ReportProgress(CLAIM, 101, text + "y")))
        .isEqualTo(new Command.ReportProgress(CLAIM, 100, text));
    assertThat(Rules.checked(new Command.ReportProgress(CLAIM, -1, null)))
        .isEqualTo(new Command.ReportProgress(CLAIM, 0, null));
    assertThat(Rules.checked(new Command.PullJobs(MAIL, 1, Long.MAX_VALUE)))
        .isEqualTo(new Command.PullJobs(MAIL, 1, Limits.WAIT_MS));
    assertThat(Rules.checked(new Query.WaitForJob(JOB, Long.MAX_VALUE)))
        .isEqualTo(new Query.WaitForJob(JOB, Limits.WAIT_MS));
    assertThat(Rules.checked(new Query.ListJobs(null, null, 50_000, 0)))
        .isEqualTo(new Query.ListJobs(null, null, 10_000, 0));
    ByteString place = ByteString.copyFrom(new byte[2049]);
    refused(
        new Query.ListJobs(null, null, 1, 0, place),
        "a page has an offset, or a cursor of at most 2048 bytes");
    refused(
        new Query.ListJobs(null, null, 1, 1, place.substring(1)),
        "a page has an offset, or a cursor of at most 2048 bytes");
    assertThat(Rules.checked(new Query.ListDeadJobs(MAIL, 5000)))
        .isEqualTo(new Query.ListDeadJobs(MAIL, 1000));
    assertThat(Rules.checked(new Query.ListQueues(null, 0)))
        .isEqualTo(new Query.ListQueues(null, 1));
  }
}
