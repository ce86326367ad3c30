package dev.flashq.cluster.waiting;

import static dev.flashq.protocol.ErrorCode.JOB_FAILED;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.WAIT_TIMEOUT;

import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.schedule.Scheduler.Alarm;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query.Finished;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Query.GetJob;
import dev.flashq.statemachine.Query.WaitForJob;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply.Refused;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the end of a job. A wait is registered before the job is looked at, so that no end is
 * missed.
 */
public final class JobWaits {
  private final BiFunction<Principal, GetJob, Found> look;
  private final BiPredicate<Principal, QueueName> mayKnow;
  private final Supplier<CompletableFuture<Void>> barrier;
  private final Scheduler lane;
  private final int capacity;

  /** The waits for a job in the order in which they came, by number. */
  private final ConcurrentHashMap<JobId, NavigableMap<Long, Wait>> waits =
      new ConcurrentHashMap<>();

  private final AtomicLong numbers = new AtomicLong();
  private final AtomicInteger count = new AtomicInteger();

  private static final class Wait {
    private final Principal principal;
    private final WaitForJob query;
    private final long number;
    private final CompletableFuture<Finished> answer = new CompletableFuture<>();
    private final long since;
    private boolean begun;
    private @Nullable JobEnd missed;

    Wait(Principal principal, WaitForJob query, long number, long now) {
      this.principal = principal;
      this.query = query;
      this.number = number;
      this.since = now;
    }

    /** This replica has reached the place at which the wait was asked for. */
    synchronized @Nullable JobEnd begin() {
      begun = true;
      return missed;
    }

    synchronized boolean hasBegun() {
      return begun;
    }

    /**
     * Whether the end of the job is an answer: before the begin it may be that of an earlier life,
     * and is kept for a job that is gone then.
     */
    synchronized boolean hears(JobEnd end) {
      missed = end;
      return begun;
    }
  }

  /**
   * @param mayKnow whether somebody may read jobs of a queue
   * @param barrier completes when this replica has everything that was answered before
   * @param capacity waits at the same time
   */
  public JobWaits(
      BiFunction<Principal, GetJob, Found> look,
      BiPredicate<Principal, QueueName> mayKnow,
      Supplier<CompletableFuture<Void>> barrier,
      Scheduler lane,
      int capacity) {
    this.look = look;
    this.mayKnow = mayKnow;
    this.barrier = barrier;
    this.lane = lane;
    this.capacity = capacity;
  }

  public CompletableFuture<Finished> await(Principal principal, WaitForJob query) {
    if (count.incrementAndGet() > capacity) {
      count.decrementAndGet();
      return CompletableFuture.failedFuture(refusal(LIMIT_EXCEEDED, "Too many waits on this node"));
    }
    var wait = new Wait(principal, query, numbers.incrementAndGet(), lane.now());
    waits.compute(
        query.id(),
        (_, known) -> {
          NavigableMap<Long, Wait> all = known == null ? new ConcurrentSkipListMap<>() : known;
          all.put(wait.number, wait);
          return all;
        });
    var _ =
        wait.answer.whenComplete(
            (_, _) -> {
              count.decrementAndGet();
              forget(wait);
            });
    var _ =
        barrier
            .get()
            .whenCompleteAsync(
                (_, failure) -> {
                  if (failure == null) {
                    begin(wait);
                  } else {
                    wait.answer.completeExceptionally(
                        failure.getCause() == null ? failure : failure.getCause());
                  }
                },
                lane);
    return wait.answer;
  }

  /** The first look; the time runs out after it at the earliest. */
  private void begin(Wait wait) {
    JobEnd missed = wait.begin();
    check(wait, missed == null ? JobEnd.Without.REMOVED : missed);
    if (!wait.answer.isDone()) {
      Alarm alarm = lane.after(wait.since + wait.query.waitMs() - lane.now(), () -> timeUp(wait));
      var _ = wait.answer.whenComplete((_, _) -> alarm.cancel());
    }
  }

  /** The job has ended. Returns at once. */
  public void ended(JobId job, QueueName queue, JobEnd end) {
    NavigableMap<Long, Wait> all = waits.get(job);
    if (all != null) {
      List<Wait> hearing =
          all.values().stream()
              .filter(wait -> mayKnow.test(wait.principal, queue) && wait.hears(end))
              .toList();
      lane.execute(() -> hearing.forEach(wait -> finish(wait, end)));
    }
  }

  private static void finish(Wait wait, JobEnd end) {
    switch (end) {
      case JobEnd.Completed(Payload result) -> wait.answer.complete(new Finished(result));
      case JobEnd.Without.FAILED ->
          wait.answer.completeExceptionally(refusal(JOB_FAILED, "Job failed"));
      case JobEnd.Without.REMOVED ->
          wait.answer.completeExceptionally(refusal(JOB_NOT_FOUND, "Job not found"));
    }
  }

  /** Everything may be different: the state was replaced. */
  public void recheckAll() {
    lane.execute(
        () ->
            waits
                .values()
                .forEach(
                    all ->
                        all.values().stream()
                            .filter(Wait::hasBegun)
                            .forEach(wait -> check(wait, JobEnd.Without.REMOVED))));
  }

  /**
   * @param gone what it means when there is no such job
   */
  private void check(Wait wait, JobEnd gone) {
    try {
      JobView job = look.apply(wait.principal, new GetJob(wait.query.id())).job();
      if (job == null) {
        finish(wait, gone);
      } else if (job.state() == JobState.COMPLETED) {
        wait.answer.complete(
            job.omitted().result() > 0 ? new Finished(null, job) : new Finished(job.result()));
      } else if (job.state() == JobState.FAILED) {
        finish(wait, JobEnd.Without.FAILED);
      }
    } catch (RuntimeException e) {
      wait.answer.completeExceptionally(e);
    }
  }

  private void timeUp(Wait wait) {
    wait.answer.completeExceptionally(
        refusal(
            WAIT_TIMEOUT,
            "Timeout waiting for job " + wait.query.id() + " after " + wait.query.waitMs() + "ms"));
  }

  private void forget(Wait wait) {
    waits.computeIfPresent(
        wait.query.id(),
        (_, all) -> {
          all.remove(wait.number);
          return all.isEmpty() ? null : all;
        });
  }

  private static RefusedException refusal(ErrorCode code, String sentence) {
    return new RefusedException(new Refused(code, sentence));
  }

  /** Ends all waiting, at the stop of the node. */
  public void endAll(Refused reason) {
    for (NavigableMap<Long, Wait> all : List.copyOf(waits.values())) {
      all.values().forEach(wait -> wait.answer.completeExceptionally(new RefusedException(reason)));
    }
  }
}
