package dev.flashq.cluster.waiting;

import dev.flashq.cluster.schedule.Scheduler.Alarm;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A pull that waits for a job. */
final class PullWaiter {
  private final Submission submission;
  private final PullJobs pull;
  private final long deadline;
  private final CompletableFuture<Reply> reply = new CompletableFuture<>();
  private @Nullable Alarm alarm;

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

  /** Whoever stands in a line has an alarm that rings at its deadline. */
  synchronized void ensureAlarm(Supplier<Alarm> set) {
    if (alarm == null && !isGone()) {
      alarm = set.get();
    }
  }

  synchronized void cancelAlarm() {
    if (alarm != null) {
      alarm.cancel();
    }
  }
}
