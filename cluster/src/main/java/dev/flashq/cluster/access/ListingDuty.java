package dev.flashq.cluster.access;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the state lists the tokens of this node's configuration and no others of its:
 * compares both and proposes what is missing, one proposal at a time. While they agree nothing is
 * written. The node that leads gives the cluster the key under which tokens are hashed.
 */
public final class ListingDuty {
  private final String node;
  private final ConfiguredTokens tokens;
  private final Replica replica;
  private final BooleanSupplier leads;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final Scheduler lane;
  private boolean proposing;

  public ListingDuty(
      String node,
      ConfiguredTokens tokens,
      Replica replica,
      BooleanSupplier leads,
      Function<Submission, CompletableFuture<Reply>> propose,
      Scheduler lane) {
    this.node = node;
    this.tokens = tokens;
    this.replica = replica;
    this.leads = leads;
    this.propose = propose;
    this.lane = lane;
  }

  /**
   * Whether the tokens of the configuration can be used, here and on every node, by the state as it
   * is now; for any thread. Fails with RefusedException while there is none.
   */
  public boolean isDone() {
    return tokens.isEmpty() || isListed();
  }

  /** Compares. On the lane. */
  public void look() {
    if (proposing) {
      return;
    }
    Command missing;
    try {
      missing = missing();
    } catch (RefusedException _) {
      return;
    }
    if (missing != null) {
      proposing = true;
      var _ =
          propose
              .apply(new Submission(Principal.SYSTEM, null, missing))
              .whenComplete((_, _) -> lane.execute(() -> proposing = false));
    }
  }

  /** Before the level that knows tokens, each node goes by its own configuration. */
  private boolean isListed() {
    if (replica.featureLevel() < FeatureLevel.ACCESS) {
      return true;
    }
    Access access = replica.access();
    ByteString key = access.key();
    return key != null && tokens.listed(key).equals(access.listedBy(node));
  }

  private @Nullable Command missing() {
    if (isListed()) {
      return null;
    }
    ByteString key = replica.access().key();
    if (key == null) {
      ByteString fresh = leads.getAsBoolean() ? tokens.newKey() : ByteString.EMPTY;
      return fresh.isEmpty() ? null : new Command.SetAccessKey(fresh);
    }
    return new Command.ListTokens(node, tokens.listed(key));
  }
}
