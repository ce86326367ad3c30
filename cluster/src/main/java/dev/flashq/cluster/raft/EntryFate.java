package dev.flashq.cluster.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.cluster.propose.NotSentException;
import dev.flashq.rpc.Message;
import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.jspecify.annotations.Nullable;

/** What has become of an entry that the leader was given, and how that goes over the wire. */
final class EntryFate {
  private static final byte APPLIED = 0;
  private static final byte NOT_TAKEN = 1;
  private static final byte UNKNOWN = 2;

  private static final Message OF_APPLIED = Message.of(new byte[] {APPLIED});

  private EntryFate() {}

  /** Fails unless the entry was applied. */
  static void require(RaftClientReply reply) {
    Throwable failure = reply.getException();
    if (failure != null) {
      throw classify(failure);
    }
    if (!reply.isSuccess()) {
      throw new IllegalStateException(
          "Ratis answered without success and without reason: " + reply);
    }
  }

  /**
   * Tells failures that leave no doubt from those that do. NotLeaderException does: the entry may
   * be in the log.
   */
  static RuntimeException classify(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof NotSentException certain) {
        return certain;
      }
      if (cause instanceof ConnectException
          || cause instanceof LeaderNotReadyException
          // Our state machine did not take it.
          || cause instanceof StateMachineException
          || cause instanceof ResourceUnavailableException) {
        return new NotSentException(String.valueOf(cause.getMessage()));
      }
    }
    return failure instanceof CompletionException && failure.getCause() != null
        ? new IllegalStateException(failure.getCause())
        : new IllegalStateException(failure);
  }

  static Message encode(@Nullable Throwable failure) {
    if (failure == null) {
      return OF_APPLIED;
    }
    RuntimeException classified = classify(failure);
    byte[] text = String.valueOf(classified.getMessage()).getBytes(UTF_8);
    var bytes = new byte[1 + text.length];
    bytes[0] = classified instanceof NotSentException ? NOT_TAKEN : UNKNOWN;
    System.arraycopy(text, 0, bytes, 1, text.length);
    return Message.of(bytes);
  }

  /** Null: it was applied. */
  static @Nullable RuntimeException decode(byte[] answer) {
    if (answer.length == 0) {
      return new IllegalStateException("an empty answer");
    }
    if (answer[0] == APPLIED) {
      return null;
    }
    String text = new String(answer, 1, answer.length - 1, UTF_8);
    return answer[0] == NOT_TAKEN ? new NotSentException(text) : new IllegalStateException(text);
  }
}
