package dev.flashq.cluster.waiting;

import static dev.flashq.protocol.ErrorCode.JOB_FAILED;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.WAIT_TIMEOUT;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Query.GetJob;
import dev.flashq.statemachine.Query.WaitForJob;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply.Refused;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the end of a job. A wait is registered before the job is looked at, so that no end is
 * missed.
 */
public final class JobWaits {
  private final Function<GetJob, Found> look;
  private final Supplier<CompletableFuture<Void>> barrier;
  private final Executor executor;
  private final Alarms alarms;
  private final int capacity;
  private final ConcurrentHashMap<JobId, List<Wait>> waits = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  private static final class Wait {
    private final WaitForJob query;
    private final CompletableFuture<Found> answer = new CompletableFuture<>();
    private volatile @Nullable JobView seen;

    Wait(WaitForJob query) {
      this.query = query;
    }
  }

  /**
   * @param barrier completes when this replica has everything that was answered before
   * @param capacity waits at the same time
   */
  public JobWaits(
      Function<GetJob, Found> look,
      Supplier<CompletableFuture<Void>> barrier,
      Executor executor,
      Alarms alarms,
      int capacity) {
    this.look = look;
    this.barrier = barrier;
    this.executor = executor;
    this.alarms = alarms;
    this.capacity = capacity;
  }

  public CompletableFuture<Found> await(WaitForJob query) {
    if (count.incrementAndGet() > capacity) {
      count.decrementAndGet();
      return CompletableFuture.failedFuture(refusal(LIMIT_EXCEEDED, "Too many waits on this node"));
    }
    var wait = new Wait(query);
    waits.compute(
        query.id(),
        (_, known) -> {
          List<Wait> list = known == null ? new CopyOnWriteArrayList<>() : known;
          list.add(wait);
          return list;
        });
    Future<?> alarm = alarms.after(query.waitMs(), () -> timeUp(wait));
    var _ =
        wait.answer.whenComplete(
            (_, _) -> {
              count.decrementAndGet();
              alarm.cancel(false);
              forget(wait);
            });
    var _ =
        barrier
            .get()
            .whenCompleteAsync(
                (_, failure) -> {
                  if (failure == null) {
                    check(wait);
                  } else {
                    wait.answer.completeExceptionally(
                        failure.getCause() == null ? failure : failure.getCause());
                  }
                },
                executor);
    return wait.answer;
  }

  /** The job has ended. Returns at once. */
  public void ended(JobId job) {
    if (waits.containsKey(job)) {
      executor.execute(() -> checkAll(job));
    }
  }

  /** Everything may be different: the state was replaced. */
  public void recheckAll() {
    waits.keySet().forEach(this::ended);
  }

  private void checkAll(JobId job) {
    waits.getOrDefault(job, List.of()).forEach(this::check);
  }

  private void check(Wait wait) {
    try {
      JobView job = look.apply(new GetJob(wait.query.id())).job();
      if (job == null) {
        vanished(wait);
      } else if (job.state() == JobState.COMPLETED) {
        wait.answer.complete(new Found(job));
      } else if (job.state() == JobState.FAILED) {
        wait.answer.completeExceptionally(refusal(JOB_FAILED, "Job failed"));
      } else {
        wait.seen = job;
      }
    } catch (RuntimeException e) {
      wait.answer.completeExceptionally(e);
    }
  }

  /** A job that is not kept after completion is gone when it has completed. */
  private static void vanished(Wait wait) {
    JobView seen = wait.seen;
    if (seen != null && seen.options().removeOnComplete()) {
      wait.answer.complete(new Found(null));
    } else {
      wait.answer.completeExceptionally(refusal(JOB_NOT_FOUND, "Job not found"));
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
        (_, list) -> {
          list.remove(wait);
          return list.isEmpty() ? null : list;
        });
  }

  private static RefusedException refusal(ErrorCode code, String sentence) {
    return new RefusedException(new Refused(code, sentence));
  }

  /** Ends all waiting, at the stop of the node. */
  public void endAll(Refused reason) {
    for (List<Wait> list : List.copyOf(waits.values())) {
      list.forEach(wait -> wait.answer.completeExceptionally(new RefusedException(reason)));
    }
  }
}
