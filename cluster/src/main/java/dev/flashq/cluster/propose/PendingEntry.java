package dev.flashq.cluster.propose;

import static dev.flashq.protocol.ErrorCode.OUTCOME_UNKNOWN;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Reply.Refused;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * An entry between its first attempt and the moment this node has applied it or given it up.
 * Belongs to the proposer's lane, but for the list of commands, which the applying thread reads.
 */
final class PendingEntry {
  private static final Refused UNAVAILABLE =
      new Refused(SERVICE_UNAVAILABLE, "Service unavailable: no leader, retry later");
  private static final Refused BUSY =
      new Refused(
          SERVICE_UNAVAILABLE, "Service unavailable: too much waits on this node, retry later");
  private static final Refused UNKNOWN =
      new Refused(
          OUTCOME_UNKNOWN,
          "The cluster did not answer in time; the command may or may not take effect");

  private final long sequence;
  private final ByteString bytes;
  private final List<PendingCommand> commands;
  private final boolean large;
  private final long madeAt;
  private int expired;
  private int attempts;
  private int unresolved;
  private long leadership = -1;
  private boolean onItsWay;
  private boolean maybeInLog;
  private long retryAt;

  /**
   * @param large whether its commands come from the line of large ones
   * @param madeAt on the clock that does not jump
   */
  PendingEntry(
      long sequence, ByteString bytes, List<PendingCommand> commands, boolean large, long madeAt) {
    this.sequence = sequence;
    this.bytes = bytes;
    this.commands = List.copyOf(commands);
    this.large = large;
    this.madeAt = madeAt;
  }

  static Refused busy() {
    return BUSY;
  }

  static Refused unavailable() {
    return UNAVAILABLE;
  }

  static Refused unknown() {
    return UNKNOWN;
  }

  long sequence() {
    return sequence;
  }

  long madeAt() {
    return madeAt;
  }

  boolean isLarge() {
    return large;
  }

  ByteString bytes() {
    return bytes;
  }

  List<PendingCommand> commands() {
    return commands;
  }

  /**
   * Whether to send now: nothing is on its way, or what is on its way went to an earlier leader.
   */
  boolean isDue(long currentLeadership, long now) {
    return leadership != currentLeadership || (!onItsWay && now >= retryAt);
  }

  /** Notes a new attempt and gives its number. */
  int begin(long currentLeadership) {
    leadership = currentLeadership;
    onItsWay = true;
    unresolved++;
    return ++attempts;
  }

  /** Notes the end of an attempt; only the newest decides about the next. */
  void end(int attempt, @Nullable Throwable failure, long nextTry) {
    unresolved--;
    maybeInLog |= !isNotSent(failure);
    if (attempt == attempts && failure != null) {
      onItsWay = false;
      retryAt = nextTry;
    }
  }

  /** Whether the log has not yet said what became of an attempt. */
  boolean hasOpenAttempt() {
    return unresolved > 0;
  }

  private static boolean isNotSent(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof NotSentException;
  }

  long retryAt() {
    return onItsWay ? Long.MAX_VALUE : retryAt;
  }

  /** The next command to run out of time; null when all have. */
  @Nullable PendingCommand oldest() {
    return expired < commands.size() ? commands.get(expired) : null;
  }

  void dropOldest() {
    expired++;
  }

  /** The commands that have not run out of time. */
  List<PendingCommand> rest() {
    return commands.subList(expired, commands.size());
  }

  /** Whether no attempt has brought it into the log, nor can one that is on its way. */
  boolean isCertainlyNotInLog() {
    return !maybeInLog && unresolved == 0;
  }
}
