package dev.flashq.cluster.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.security.SigningKey;
import dev.flashq.statemachine.AuditHead;
import dev.flashq.statemachine.AuditKey;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * While this node leads: gives the audit trail its key, and signs the head of a trail that has
 * grown. One proposal at a time.
 */
public final class HeadDuty {
  /** Milliseconds between two signed heads, at least; no more than a minute with what it takes. */
  public static final long SIGN_MS = 30_000;

  private final Supplier<AuditStanding> trail;
  private final BooleanSupplier leads;
  private final LongSupplier clock;
  private final Supplier<SigningKey> newKey;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final Scheduler lane;
  private boolean proposing;

  /**
   * @param clock the replicated clock, Unix ms
   */
  public HeadDuty(
      Supplier<AuditStanding> trail,
      BooleanSupplier leads,
      LongSupplier clock,
      Supplier<SigningKey> newKey,
      Function<Submission, CompletableFuture<Reply>> propose,
      Scheduler lane) {
    this.trail = trail;
    this.leads = leads;
    this.clock = clock;
    this.newKey = newKey;
    this.propose = propose;
    this.lane = lane;
  }

  /** On the lane, about once a second. */
  public void look() {
    if (proposing || !leads.getAsBoolean()) {
      return;
    }
    Command due;
    try {
      due = due(trail.get());
    } catch (RefusedException _) {
      return;
    }
    if (due != null) {
      proposing = true;
      var _ =
          propose
              .apply(new Submission(Principal.SYSTEM, null, due))
              .whenComplete((_, _) -> lane.execute(() -> proposing = false));
    }
  }

  private @Nullable Command due(AuditStanding trail) {
    AuditHead head = trail.head();
    if (head == null || head.count() <= trail.signed()) {
      return null;
    }
    AuditKey key = trail.key();
    if (key == null) {
      return new Command.SetAuditKey(fresh());
    }
    return clock.getAsLong() - trail.signedMs() < SIGN_MS
        ? null
        : new Command.SignAuditHead(signed(head, key), trail.first());
  }

  private AuditKey fresh() {
    SigningKey key = newKey.get();
    return new AuditKey(wrap(key.publicHalf()), wrap(key.privateHalf()));
  }

  private static AuditHead signed(AuditHead head, AuditKey key) {
    return head.signed(wrap(SigningKey.sign(key.privateHalf().toByteArray(), head.message())));
  }

  private static ByteString wrap(byte[] bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }
}
