package dev.flashq.cluster.access;

import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RefusedLogins;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that logins which this node has refused are recorded: counts them by address and
 * proposes the counts, one proposal at each look and one at a time, however many there are.
 */
public final class LoginDuty {
  /** In place of the addresses for which there is no room. */
  private static final String OTHERS = "";

  private final IntSupplier featureLevel;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final Scheduler lane;
  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private boolean proposing;

  /**
   * @param featureLevel that the cluster has reached as far as this node knows
   */
  public LoginDuty(
      IntSupplier featureLevel,
      Function<Submission, CompletableFuture<Reply>> propose,
      Scheduler lane) {
    this.featureLevel = featureLevel;
    this.propose = propose;
    this.lane = lane;
  }

  /** A wrong token came from an address. For any thread; returns at once. */
  public void refused(String address) {
    count(address, 1);
  }

  private synchronized void count(String address, int logins) {
    boolean room = counts.size() < Limits.REFUSED_LOGINS - 1 || counts.containsKey(address);
    counts.merge(
        room ? address : OTHERS, logins, (a, b) -> (int) Math.min((long) a + b, Integer.MAX_VALUE));
  }

  private synchronized List<RefusedLogins> take() {
    List<RefusedLogins> taken =
        counts.entrySet().stream()
            .map(entry -> new RefusedLogins(entry.getKey(), entry.getValue()))
            .toList();
    counts.clear();
    return taken;
  }

  /** Proposes what has been counted. On the lane. */
  public void look() {
    if (proposing || featureLevel.getAsInt() < FeatureLevel.AUDIT_HEADS) {
      return;
    }
    List<RefusedLogins> taken = take();
    if (!taken.isEmpty()) {
      proposing = true;
      var _ =
          propose
              .apply(new Submission(Principal.SYSTEM, null, new Command.NoteLogins(taken)))
              .whenComplete((reply, _) -> lane.execute(() -> proposed(taken, reply)));
    }
  }

  /** What may not have been recorded is counted again: twice is better than never. */
  private void proposed(List<RefusedLogins> taken, @Nullable Reply reply) {
    proposing = false;
    if (!(reply instanceof Reply.Done)) {
      taken.forEach(refused -> count(refused.address(), refused.count()));
    }
  }
}
