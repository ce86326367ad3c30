package dev.flashq.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.SealedTexts;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The policy wants reads of jobs of the queue mail. */
class AuditedReadsTest {
  private static final QueueName MAIL = new QueueName("mail");
  private static final QueueName OTHER = new QueueName("other");
  private static final JobId JOB = new JobId(7);
  private static final Query.GetJob QUESTION = new Query.GetJob(JOB);
  private static final Principal ADA = new Principal("ada", 3, "10.0.0.1");

  private final List<Submission> proposed = new ArrayList<>();
  private CompletableFuture<Reply> record = CompletableFuture.completedFuture(Reply.Done.DONE);
  private int level = FeatureLevel.AUDIT_HEADS;
  private final AuditPolicy policy =
      new AuditPolicy(
          List.of(
              new AuditPolicy.Rule(
                  List.of(AuditAction.GET_JOB), false, List.of("mail"), AuditPolicy.Scope.ALL)),
          AuditPolicy.KEEP_MS,
          AuditPolicy.KEEP_BYTES);
  private final AuditedReads reads = new AuditedReads(() -> level, () -> policy, this::propose);

  private CompletableFuture<Reply> propose(Submission submission) {
    proposed.add(submission);
    return record;
  }

  private <R> CompletableFuture<R> asked(Principal who, Query<R> query, R answer) {
    return reads.recorded(who, query, CompletableFuture.completedFuture(answer));
  }

  private static Query.Found found(@Nullable QueueName queue) {
    return new Query.Found(queue == null ? null : job(queue));
  }

  private static JobView job(QueueName queue) {
    return new JobView(
        JOB,
        queue,
        JobState.WAITING,
        JobOptions.DEFAULTS,
        null,
        null,
        null,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        null,
        0,
        Omitted.NONE,
        SealedTexts.NONE,
        false);
  }

  @Test
  void anAnswerThatIsRecordedWaitsForItsRecord() {
    record = new CompletableFuture<>();
    CompletableFuture<Query.Found> answer = asked(ADA, QUESTION, found(MAIL));
    assertThat(answer).isNotDone();
    assertThat(proposed)
        .containsExactly(
            new Submission(
                ADA, null, new Command.NoteRead(AuditAction.GET_JOB, MAIL, List.of(JOB), 1, null)));
    record.complete(Reply.Done.DONE);
    assertThat(answer).isCompletedWithValue(found(MAIL));
  }

  @Test
  void withoutItsRecordItIsNotGiven() {
    record =
        CompletableFuture.completedFuture(
            new Refused(ErrorCode.SERVICE_UNAVAILABLE, "nobody leads"));
    CompletableFuture<Query.Found> answer = asked(ADA, QUESTION, found(MAIL));
    assertThatThrownBy(answer::join)
        .hasCauseInstanceOf(RefusedException.class)
        .hasStackTraceContaining("nobody leads");
  }

  @Test
  void whatThePolicyDoesNotNameIsAnsweredAtOnce() {
    record = new CompletableFuture<>();
    assertThat(asked(ADA, QUESTION, found(OTHER))).isCompleted();
    assertThat(asked(Principal.SYSTEM, QUESTION, found(MAIL))).isCompleted();
    var list = new Query.ListJobs(MAIL, null, 10, 0);
    assertThat(asked(ADA, list, new Query.Page(List.of(job(MAIL)), 1))).isCompleted();
    level = FeatureLevel.AUDIT;
    assertThat(asked(ADA, QUESTION, found(MAIL))).isCompleted();
    assertThat(proposed).isEmpty();
  }

  /** A member that does not know the action yet could not read the record. */
  @Test
  void whatIsNewIsRecordedWhenAllMembersKnowIt() {
    var refusal = new RefusedException(new Refused(ErrorCode.FORBIDDEN, "no"));
    var list = new Query.ListErasures(Long.MAX_VALUE, 1);
    record = CompletableFuture.completedFuture(new Refused(ErrorCode.FORBIDDEN, "no"));
    for (int of : new int[] {FeatureLevel.DATA_RULES, FeatureLevel.PRIVACY}) {
      level = of;
      assertThat(reads.recorded(ADA, list, CompletableFuture.failedFuture(refusal)))
          .isCompletedExceptionally();
      assertThat(proposed).hasSize(of - FeatureLevel.DATA_RULES);
    }
  }

  @Test
  void anAnswerOfAnUnknownQueueIsRecorded() {
    assertThat(asked(ADA, QUESTION, found(null))).isCompleted();
    assertThat(asked(ADA, new Query.WaitForJob(JOB, 0), new Query.Finished(null))).isCompleted();
    var several = new Query.GetJobs(List.of(JOB, new JobId(8)));
    assertThat(asked(ADA, several, new Query.Page(List.of(job(OTHER), job(MAIL)), 2)))
        .isCompleted();
    assertThat(proposed)
        .extracting(Submission::command)
        .containsExactly(
            new Command.NoteRead(AuditAction.GET_JOB, null, List.of(JOB), 0, null),
            new Command.NoteRead(AuditAction.GET_JOB, null, List.of(JOB), 0, null),
            new Command.NoteRead(AuditAction.GET_JOB, null, several.ids(), 2, null));
  }

  @Test
  void whoMayNotAskIsRecordedWhateverThePolicySays() {
    var forbidden = new RefusedException(new Refused(ErrorCode.FORBIDDEN, "may not"));
    record = new CompletableFuture<>();
    CompletableFuture<Query.Page> answer =
        reads.recorded(
            ADA, new Query.ListDeadJobs(OTHER, 5), CompletableFuture.failedFuture(forbidden));
    assertThat(answer).isNotDone();
    assertThat(proposed)
        .extracting(Submission::command)
        .containsExactly(
            new Command.NoteRead(AuditAction.GET_DLQ, OTHER, List.of(), 0, ErrorCode.FORBIDDEN));
    record.complete(new Refused(ErrorCode.FORBIDDEN, "recorded"));
    assertThatThrownBy(answer::join).hasCause(forbidden);
  }

  @Test
  void aRefusalThatCannotBeRecordedIsNotToldAndWhenTheTrailIsFullItIs() {
    var forbidden = new RefusedException(new Refused(ErrorCode.FORBIDDEN, "may not"));
    record =
        CompletableFuture.completedFuture(
            new Refused(ErrorCode.SERVICE_UNAVAILABLE, "nobody leads"));
    assertThatThrownBy(
            reads.recorded(ADA, QUESTION, CompletableFuture.failedFuture(forbidden))::join)
        .hasCauseInstanceOf(RefusedException.class)
        .hasStackTraceContaining("nobody leads");
    record = CompletableFuture.completedFuture(new Refused(ErrorCode.AUDIT_FULL, "it was counted"));
    assertThatThrownBy(
            reads.recorded(ADA, QUESTION, CompletableFuture.failedFuture(forbidden))::join)
        .hasCause(forbidden);
  }

  @Test
  void otherRefusalsAreNot() {
    var timeout = new RefusedException(new Refused(ErrorCode.WAIT_TIMEOUT, "too late"));
    CompletableFuture<Query.Found> answer =
        reads.recorded(ADA, QUESTION, CompletableFuture.failedFuture(timeout));
    assertThatThrownBy(answer::join).hasCause(timeout);
    assertThat(proposed).isEmpty();
  }

  @Test
  void whoDoesNotWaitAnyMoreEndsTheWait() {
    var waiting = new CompletableFuture<Query.Finished>();
    reads.recorded(ADA, new Query.WaitForJob(JOB, 1000), waiting).cancel(true);
    assertThat(waiting).isCancelled();
  }
}
