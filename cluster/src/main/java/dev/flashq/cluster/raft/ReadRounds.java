package dev.flashq.cluster.raft;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.jspecify.annotations.Nullable;

/**
 * Asks the followers whether this node still leads.
 *
 * <p>Ratis has such a round of its own, but skips it when the same commit index was confirmed
 * before, and lets a reader join a round that began before the reader came: a leader that was
 * paused or cut off then answers reads from an old state. A round here always sends a heartbeat
 * after it has begun and counts only answers to that or a later one.
 */
final class ReadRounds {
  private final Map<String, EntryAppender> appenders = new HashMap<>();
  private final List<Round> open = new CopyOnWriteArrayList<>();
  private @Nullable LeaderState leadership;

  private static final class Round {
    private final Map<LogAppender, Long> firstCalls = new HashMap<>();
    private final Set<String> heard = new HashSet<>();
    private final Predicate<Set<String>> isMajority;
    private final CompletableFuture<Void> confirmed = new CompletableFuture<>();

    Round(Iterable<EntryAppender> appenders, Predicate<Set<String>> isMajority) {
      this.isMajority = isMajority;
      appenders.forEach(appender -> firstCalls.put(appender, appender.getCallId()));
    }

    synchronized boolean hear(LogAppender appender, AppendEntriesReplyProto reply) {
      Long firstCall = firstCalls.get(appender);
      if (firstCall != null && reply.getServerReply().getCallId() >= firstCall) {
        heard.add(appender.getFollowerId().toString());
      }
      return isMajority.test(heard);
    }
  }

  /** Called when a leadership begins, and when an appender is replaced. */
  synchronized void add(LeaderState state, EntryAppender appender) {
    if (state != leadership) {
      leadership = state;
      appenders.clear();
    }
    appenders.put(appender.getFollowerId().toString(), appender);
  }

  /**
   * Completes when a majority has confirmed the leadership after this call.
   *
   * @param isMajority whether these followers, with this node, are a majority
   */
  CompletableFuture<Void> begin(Predicate<Set<String>> isMajority) {
    if (isMajority.test(Set.of())) {
      return CompletableFuture.completedFuture(null);
    }
    List<EntryAppender> now;
    synchronized (this) {
      now = List.copyOf(appenders.values());
    }
    var round = new Round(now, isMajority);
    open.add(round);
    var _ = round.confirmed.whenComplete((_, _) -> open.remove(round));
    now.forEach(LogAppender::triggerHeartbeat);
    return round.confirmed;
  }

  /** There is a connection to the member again. */
  void wake(String member) {
    EntryAppender appender = appender(member);
    if (appender != null) {
      appender.wake();
    }
  }

  /** The member waits to hear that everything up to now is committed. */
  void hurryNews(String member) {
    EntryAppender appender = appender(member);
    if (appender != null) {
      appender.hurryNews();
    }
  }

  private synchronized @Nullable EntryAppender appender(String member) {
    return appenders.get(member);
  }

  /** A follower has answered. */
  void hear(LogAppender appender, AppendEntriesReplyProto reply) {
    if (reply.getServerReply().getSuccess()) {
      for (Round round : open) {
        if (round.hear(appender, reply)) {
          round.confirmed.complete(null);
        }
      }
    }
  }

  /** The leadership is over. */
  void fail() {
    open.forEach(
        round ->
            round.confirmed.completeExceptionally(
                new IllegalStateException("no longer the leader")));
  }
}
