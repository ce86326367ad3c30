package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.History.Pushed;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.RefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks for jobs of which something is known, and compares: reads must see what was answered before.
 */
final class Reader extends Client {
  private static final long PATIENCE_MS = 7_000;

  private boolean asking;

  Reader(Simulation simulation, String name) {
    super(simulation, name);
  }

  @Override
  void begin() {
    world.afterMs(world.between(0, 500), this::next);
  }

  @Override
  boolean isDone() {
    return !asking;
  }

  @Override
  String state() {
    return name + " asks";
  }

  private void next() {
    if (simulation.isCalm()) {
      return;
    }
    List<Pushed> known =
        simulation.history().pushes().stream().filter(push -> !push.ids.isEmpty()).toList();
    if (known.isEmpty()) {
      world.afterMs(20, this::next);
      return;
    }
    // Mostly what has just happened.
    int from = world.chance(0.7) ? Math.max(0, known.size() - 10) : 0;
    Pushed push = known.get((int) world.between(from, known.size() - 1L));
    asking = true;
    long id = push.ids.iterator().next();
    if (world.chance(0.2)) {
      await(push, id);
    } else {
      read(push, id);
    }
  }

  /** Waits for the end of a job. */
  private void await(Pushed push, long id) {
    boolean completed = push.ackedUnder > 0;
    boolean mayBeGone = push.mayBeGone;
    long wait = world.between(0, 2_000);
    long begun = world.millis();
    ask(
        new Query.WaitForJob(new JobId(id), wait),
        wait + PATIENCE_MS,
        (finished, failure) -> {
          asking = false;
          boolean timedOut =
              finished == null && failure == null && world.millis() - begun >= wait + PATIENCE_MS;
          if (timedOut && simulation.isQuietSince(begun)) {
            simulation.violated(
                "a wait ends by its own time", name + " waited " + wait + " ms for " + push);
          }
          if (completed && !mayBeGone && failure instanceof RefusedException refused) {
            requireNotForgotten(push, refused.refusal().code());
          }
          world.afterMs(world.between(1, 60), this::next);
        });
  }

  /** The job was acknowledged before the wait began. */
  private void requireNotForgotten(Pushed push, ErrorCode code) {
    switch (code) {
      case JOB_FAILED, JOB_NOT_FOUND, WAIT_TIMEOUT ->
          simulation.violated(
              "reads are linearizable", push + " was acknowledged, but a wait says " + code);
      default -> {
        // Nobody could say.
      }
    }
  }

  /** What is known before the question is asked. */
  private void read(Pushed push, long id) {
    boolean completed = push.ackedUnder > 0;
    long lease =
        Math.max(
            push.seenLease,
            push.deliveries.stream().mapToLong(delivery -> delivery.lease).max().orElse(0));
    boolean mayBeGone = push.mayBeGone;
    ask(
        new Query.GetJob(new JobId(id)),
        PATIENCE_MS,
        (found, failure) -> {
          asking = false;
          if (found != null) {
            compare(push, found.job(), completed, lease, mayBeGone || push.mayBeGone);
          } else if (failure != null && !(failure instanceof RefusedException)) {
            simulation.violated("answers fit", "a read failed: " + failure);
          }
          if (world.chance(0.05)) {
            hangUp();
          }
          world.afterMs(world.between(1, 60), this::next);
        });
  }

  private void compare(
      Pushed push, @Nullable JobView job, boolean completed, long lease, boolean mayBeGone) {
    if (job == null) {
      if (!mayBeGone) {
        simulation.violated("reads are linearizable", push + " is not there");
      }
      return;
    }
    push.seenLease = Math.max(push.seenLease, job.lease());
    if (job.lease() < lease) {
      simulation.violated(
          "reads are linearizable",
          push + " was seen under lease " + lease + ", now " + job.lease());
    }
    if (completed && job.state() != JobState.COMPLETED) {
      simulation.violated(
          "reads are linearizable", push + " was acknowledged and is " + job.state());
    }
  }
}
