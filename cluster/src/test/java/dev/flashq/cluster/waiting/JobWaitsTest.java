package dev.flashq.cluster.waiting;

import static dev.flashq.protocol.ErrorCode.JOB_FAILED;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.WAIT_TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query.Finished;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Query.WaitForJob;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.SealedTexts;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class JobWaitsTest {
  private static final JobId JOB = new JobId(7);
  private static final Payload RESULT = Payload.json("\"done\"");

  private static final QueueName QUEUE = new QueueName("mail");

  private final VirtualTime time = new VirtualTime();
  private CompletableFuture<Void> barrier = CompletableFuture.completedFuture(null);
  private volatile @Nullable JobView job = job(JobState.ACTIVE, null);
  private final JobWaits waits =
      new JobWaits((_, _) -> new Found(job), (_, _) -> true, () -> barrier, time, 3);

  private CompletableFuture<Finished> waiting(long ms) {
    CompletableFuture<Finished> wait = waits.await(Principal.ANONYMOUS, new WaitForJob(JOB, ms));
    time.settle();
    return wait;
  }

  @Test
  void tellsTheResultOfAJobThatIsNotKept() {
    CompletableFuture<Finished> wait = waiting(60_000);
    assertThat(wait).isNotDone();
    job = null;
    waits.ended(JOB, QUEUE, new JobEnd.Completed(RESULT));
    time.settle();
    assertThat(wait).isCompletedWithValue(new Finished(RESULT));
  }

  /** Copying all for each new one, and again for each that ends, takes a minute. */
  @Test
  @Timeout(10)
  void manyMayWaitForOneJob() {
    int many = 65_536;
    var crowd = new JobWaits((_, _) -> new Found(job), (_, _) -> true, () -> barrier, time, many);
    List<CompletableFuture<Finished>> all =
        IntStream.range(0, many)
            .mapToObj(_ -> crowd.await(Principal.ANONYMOUS, new WaitForJob(JOB, 60_000)))
            .toList();
    time.settle();
    crowd.ended(JOB, QUEUE, new JobEnd.Completed(RESULT));
    time.settle();
    assertThat(all).allMatch(wait -> wait.resultNow().equals(new Finished(RESULT)));
  }

  @Test
  void tellsNobodyOfTheEndOfAJobWhoMayNotReadIt() {
    var strict =
        new JobWaits(
            (_, _) -> new Found(null),
            (who, queue) -> who.name().equals("ann") && queue.equals(QUEUE),
            () -> barrier,
            time,
            3);
    barrier = new CompletableFuture<>();
    var ann = strict.await(new Principal("ann"), new WaitForJob(JOB, 60_000));
    var bob = strict.await(new Principal("bob"), new WaitForJob(JOB, 60_000));
    strict.ended(JOB, QUEUE, new JobEnd.Completed(RESULT));
    barrier.complete(null);
    time.settle();
    assertThat(ann).isCompletedWithValue(new Finished(RESULT));
    refuses(bob, JOB_NOT_FOUND);
  }

  @Test
  void tellsAFailureOfAJobThatIsNotKept() {
    CompletableFuture<Finished> wait = waiting(60_000);
    job = null;
    waits.ended(JOB, QUEUE, JobEnd.Without.FAILED);
    time.settle();
    refuses(wait, JOB_FAILED);
  }

  @Test
  void doesNotTakeACancelledJobForACompletedOne() {
    CompletableFuture<Finished> wait = waiting(60_000);
    job = null;
    waits.ended(JOB, QUEUE, JobEnd.Without.REMOVED);
    time.settle();
    refuses(wait, JOB_NOT_FOUND);
  }

  @Test
  void hearsOfAnEndBeforeTheFirstLook() {
    barrier = new CompletableFuture<>();
    CompletableFuture<Finished> wait = waiting(60_000);
    job = null;
    waits.ended(JOB, QUEUE, new JobEnd.Completed(null));
    time.settle();
    barrier.complete(null);
    time.settle();
    assertThat(wait).isCompletedWithValue(new Finished(null));
  }

  @Test
  void doesNotTakeTheEndOfAnEarlierLifeForItsOwn() {
    barrier = new CompletableFuture<>();
    CompletableFuture<Finished> wait = waiting(60_000);
    waits.ended(JOB, QUEUE, JobEnd.Without.FAILED);
    time.settle();
    waits.recheckAll();
    time.settle();
    job = job(JobState.WAITING, null);
    barrier.complete(null);
    time.settle();
    assertThat(wait).isNotDone();
    waits.ended(JOB, QUEUE, new JobEnd.Completed(RESULT));
    time.settle();
    assertThat(wait).isCompletedWithValue(new Finished(RESULT));
  }

  @Test
  void looksBeforeTheTimeRunsOut() {
    barrier = new CompletableFuture<>();
    CompletableFuture<Finished> wait = waiting(0);
    job = job(JobState.COMPLETED, RESULT);
    barrier.complete(null);
    time.settle();
    assertThat(wait).isCompletedWithValue(new Finished(RESULT));
  }

  @Test
  void runsOutOfTime() {
    CompletableFuture<Finished> wait = waiting(20);
    time.pass(20);
    refuses(wait, WAIT_TIMEOUT);
  }

  @Test
  void looksAgainWhenTheStateWasReplaced() {
    CompletableFuture<Finished> wait = waiting(60_000);
    waits.recheckAll();
    time.settle();
    assertThat(wait).isNotDone();
    job = job(JobState.FAILED, null);
    waits.recheckAll();
    time.settle();
    refuses(wait, JOB_FAILED);
  }

  @Test
  void hasALimitAndGivesPlacesBack() {
    CompletableFuture<Finished> first = waiting(60_000);
    waiting(60_000);
    waiting(60_000);
    refuses(waiting(60_000), LIMIT_EXCEEDED);
    first.cancel(false);
    assertThat(waiting(60_000)).isNotDone();
  }

  private static void refuses(CompletableFuture<Finished> wait, ErrorCode code) {
    assertThat(wait).isCompletedExceptionally();
    assertThat(wait.exceptionNow())
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal().code()).isEqualTo(code));
  }

  private static JobView job(JobState state, @Nullable Payload result) {
    return new JobView(
        JOB,
        new QueueName("mail"),
        state,
        JobOptions.DEFAULTS,
        Payload.json("1"),
        result,
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
        1,
        Omitted.NONE,
        SealedTexts.NONE,
        false);
  }
}
