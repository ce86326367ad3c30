package dev.flashq.cluster.propose;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** A command without an answer, or whose sender no longer waits for one. */
final class PendingCommand {
  private final Submission submission;
  private final long bytes;
  private final long arrivedAt;
  private final CompletableFuture<Reply> reply = new CompletableFuture<>();
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * @param bytes its size in an entry
   * @param arrivedAt on the clock that does not jump
   */
  PendingCommand(Submission submission, long bytes, long arrivedAt) {
    this.submission = submission;
    this.bytes = bytes;
    this.arrivedAt = arrivedAt;
  }

  Submission submission() {
    return submission;
  }

  long bytes() {
    return bytes;
  }

  boolean isLarge() {
    return bytes > Limits.LARGE_COMMAND_BYTES;
  }

  CompletableFuture<Reply> reply() {
    return reply;
  }

  long deadline() {
    return arrivedAt + Limits.COMMIT_WAIT_MS;
  }

  /** True once: the command counts no longer as pending. */
  boolean end() {
    return !over.get() && over.compareAndSet(false, true);
  }
}
