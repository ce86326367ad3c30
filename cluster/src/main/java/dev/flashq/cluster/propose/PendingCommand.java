package dev.flashq.cluster.propose;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;

/**
 * A command without an answer.
 *
 * @param bytes its size in an entry
 * @param arrivedAt on the clock that does not jump
 */
record PendingCommand(
    Submission submission, long bytes, long arrivedAt, CompletableFuture<Reply> reply) {
  long deadline() {
    return arrivedAt + Limits.COMMIT_WAIT_MS;
  }
}
