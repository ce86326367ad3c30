package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.History.Delivered;
import dev.flashq.cluster.simulation.History.Pushed;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pulls jobs and does them, slowly, badly, or not at all. */
class Worker extends Client {
  private static final long PATIENCE_MS = 7_000;

  private final boolean names;
  private long sequence;
  private int inHand;
  private @Nullable Pull pull;

  /** A pull without an answer. */
  record Pull(QueueName queue, @Nullable SimNode node, long since, long waitMs) {
    @Override
    public String toString() {
      String at = node == null ? "nobody" : node.name();
      return queue + " at " + at + " since " + since + " for " + waitMs + " ms";
    }
  }

  Worker(Simulation simulation, String name) {
    super(simulation, name);
    this.names = world.chance(0.4);
  }

  @Override
  void begin() {
    world.afterMs(world.between(0, 500), this::pull);
  }

  @Override
  boolean isDone() {
    return pull == null && inHand == 0;
  }

  @Override
  String state() {
    return name + (pull == null ? "" : " waits: " + pull) + " with " + inHand + " jobs";
  }

  boolean goesOn() {
    return !simulation.isCalm();
  }

  QueueName queue() {
    return world.any(Simulation.QUEUES);
  }

  private void pull() {
    if (!goesOn()) {
      return;
    }
    long wait = world.chance(0.2) ? 0 : world.between(1, 2_500);
    RequestId id = names && world.chance(0.7) ? new RequestId(name, ++sequence, sequence) : null;
    pull(new Command.PullJobs(queue(), (int) world.between(1, 3), wait), id, 3);
  }

  private void pull(Command.PullJobs command, @Nullable RequestId id, int tries) {
    long begun = world.millis();
    Connection at = connect();
    pull = new Pull(command.queue(), at == null ? null : at.node(), begun, command.waitMs());
    if (id != null && world.chance(0.05)) {
      // Gone before the answer is there; it asks again somewhere else.
      world.after(world.between(0, 5_000), this::hangUp);
    }
    submit(
        id,
        command,
        command.waitMs() + PATIENCE_MS,
        reply -> {
          if (reply == null
              && world.millis() - begun >= command.waitMs() + PATIENCE_MS
              && simulation.isQuietSince(begun)) {
            simulation.violated(
                "a pull ends by its own time",
                name + " waited " + command.waitMs() + " ms, and then got no answer");
          }
          if (id != null && tries > 0 && !(reply instanceof Reply.Delivered)) {
            world.afterMs(world.between(5, 200), () -> pull(command, id, tries - 1));
          } else {
            pulled(reply, id);
          }
        });
  }

  /** The pull that it waits for; null when there is none. */
  @Nullable Pull waitsFor() {
    return pull;
  }

  private void pulled(@Nullable Reply reply, @Nullable RequestId id) {
    pull = null;
    if (reply instanceof Reply.Delivered(List<JobView> jobs)) {
      jobs.forEach(job -> take(job, id));
    }
    world.afterMs(world.between(0, reply instanceof Reply.Delivered ? 30 : 300), this::pull);
  }

  private void take(JobView job, @Nullable RequestId id) {
    Pushed pushed = simulation.history().byData(History.data(job));
    if (pushed == null) {
      simulation.violated("what is delivered was pushed", "job " + job.id() + " of nobody");
      return;
    }
    inHand++;
    String request = id == null ? "" : id.client() + "-" + id.sequence();
    work(new InHand(job, pushed, request));
  }

  /** A job that this worker has. */
  private final class InHand {
    final JobView job;
    final Pushed pushed;
    final Delivered delivered;

    InHand(JobView job, Pushed pushed, String request) {
      this.job = job;
      this.pushed = pushed;
      this.delivered = simulation.history().delivered(pushed, job, world.millis(), name, request);
    }

    Claim claim() {
      return new Claim(job.id(), job.lease());
    }

    long lease() {
      return job.options().stallTimeoutMs();
    }
  }

  private void work(InHand hand) {
    int fate = goesOn() ? (int) world.between(0, 99) : 0;
    long lease = hand.lease();
    if (fate < 74) {
      world.afterMs(world.between(0, lease * 3 / 5), () -> ack(hand, 4));
    } else if (fate < 80) {
      // Too late, or nearly so.
      world.afterMs(lease + world.between(-150, 400), () -> ack(hand, 2));
    } else if (fate < 86) {
      world.afterMs(lease / 2, () -> heartbeat(hand, 3));
    } else if (fate < 92) {
      world.afterMs(world.between(0, lease / 2), () -> fail(hand));
    } else if (fate < 95) {
      world.afterMs(world.between(0, 100), () -> delay(hand));
    } else {
      inHand--;
      if (fate >= 98) {
        hangUp();
      }
    }
  }

  private void heartbeat(InHand hand, int left) {
    submit(
        null,
        new Command.RenewLease(hand.claim()),
        PATIENCE_MS,
        _ -> {
          if (left > 0) {
            world.afterMs(hand.lease() / 2, () -> heartbeat(hand, left - 1));
          } else {
            ack(hand, 4);
          }
        });
  }

  private void ack(InHand hand, int tries) {
    boolean named = world.chance(0.9);
    if (hand.pushed.options.removeOnComplete() || !named) {
      hand.pushed.mayBeGone = true;
    }
    Claim claim = named ? hand.claim() : new Claim(hand.job.id(), 0);
    submit(
        null,
        new Command.AckJobs(List.of(new Command.Ack(claim, null))),
        PATIENCE_MS,
        reply -> {
          if (reply instanceof Reply.Acked acked) {
            acked(hand, named, acked);
            inHand--;
          } else if (tries > 0) {
            world.afterMs(world.between(5, 300), () -> ack(hand, tries - 1));
          } else {
            inHand--;
          }
        });
  }

  private void acked(InHand hand, boolean named, Reply.Acked acked) {
    Pushed pushed = hand.pushed;
    if (acked.failures().isEmpty() && named) {
      pushed.ackedUnder = Math.max(pushed.ackedUnder, hand.job.lease());
      pushed.ackedAt = world.millis();
      simulation.history().countAcknowledged();
    }
    boolean inTime =
        simulation
            .leader()
            .filter(leader -> leader.core().clock().now() < hand.delivered.leaseUntil - 20)
            .isPresent();
    boolean others = pushed.mayBeGone || hand.delivered.givenUp;
    if (!acked.failures().isEmpty() && named && inTime && !others) {
      simulation.violated(
          "a lease stands until its end",
          pushed + " is refused in time: " + acked + ", " + hand.delivered);
    }
  }

  private void fail(InHand hand) {
    hand.delivered.givenUp = true;
    submit(null, new Command.FailJob(hand.claim(), "bad luck"), PATIENCE_MS, _ -> inHand--);
  }

  private void delay(InHand hand) {
    hand.delivered.givenUp = true;
    submit(
        null,
        new Command.MoveToDelayed(hand.claim(), world.between(1, 1_000)),
        PATIENCE_MS,
        _ -> inHand--);
  }
}
