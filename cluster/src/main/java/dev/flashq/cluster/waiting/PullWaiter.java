package dev.flashq.cluster.waiting;

import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A pull that waits for a job. */
final class PullWaiter {
  private final Submission submission;
  private final PullJobs pull;
  private final long deadline;
  private final CompletableFuture<Reply> reply = new CompletableFuture<>();
  private @Nullable Future<?> alarm;

  /**
   * @param deadline on the clock that does not jump
   */
  PullWaiter(Submission submission, PullJobs pull, long deadline) {
    this.submission = submission;
    this.pull = pull;
    this.deadline = deadline;
  }

  Submission submission() {
    return submission;
  }

  PullJobs pull() {
    return pull;
  }

  long deadline() {
    return deadline;
  }

  CompletableFuture<Reply> reply() {
    return reply;
  }

  boolean isGone() {
    return reply.isDone();
  }

  void alarm(Future<?> set) {
    alarm = set;
    if (isGone()) {
      set.cancel(false);
    }
  }

  void cancelAlarm() {
    Future<?> set = alarm;
    if (set != null) {
      set.cancel(false);
    }
  }
}
