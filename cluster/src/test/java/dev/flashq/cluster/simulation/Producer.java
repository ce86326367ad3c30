package dev.flashq.cluster.simulation;

import static dev.flashq.protocol.ErrorCode.OUTCOME_UNKNOWN;

import dev.flashq.cluster.simulation.History.Pushed;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome;
import dev.flashq.statemachine.RequestId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pushes jobs, and repeats what was not answered when its request has an id. */
final class Producer extends Client {
  private static final long PATIENCE_MS = 7_000;

  private final boolean names;
  private final long pauseMs;
  private long number;
  private long sequence;
  private long settled = 1;
  private boolean pushing;

  Producer(Simulation simulation, String name) {
    super(simulation, name);
    this.names = world.chance(0.6);
    this.pauseMs = world.between(8, 80);
  }

  @Override
  void begin() {
    world.afterMs(world.between(0, 500), this::next);
  }

  @Override
  boolean isDone() {
    return !pushing;
  }

  @Override
  String state() {
    return name + " pushes";
  }

  private void next() {
    if (simulation.isCalm()) {
      return;
    }
    pushing = true;
    QueueName queue = world.any(Simulation.QUEUES);
    var pushes = new ArrayList<Pushed>();
    for (long i = world.between(1, world.chance(0.2) ? 5 : 1); i > 0; i--) {
      String data = "\"" + name + "-" + ++number + "\"";
      pushes.add(simulation.history().push(data, queue, options(), names, world.millis()));
    }
    RequestId id = names ? new RequestId(name, ++sequence, settled) : null;
    send(queue, pushes, id);
  }

  private JobOptions options() {
    JobOptions.Builder options = JobOptions.builder().stallTimeoutMs(world.between(800, 4_000));
    if (world.chance(0.25)) {
      options.delayMs(world.between(1, 3_000));
    }
    if (world.chance(0.2)) {
      options.groupId("g" + world.between(1, 3));
    }
    if (world.chance(0.1)) {
      options.priority((int) world.between(-2, 5));
    }
    if (world.chance(0.1)) {
      options.lifo(true);
    }
    if (world.chance(0.2)) {
      options.removeOnComplete(true);
    }
    if (world.chance(0.2)) {
      options.maxAttempts((int) world.between(2, 5)).backoffMs(world.between(0, 200));
    }
    return options.build();
  }

  private void send(QueueName queue, List<Pushed> pushes, @Nullable RequestId id) {
    pushes.forEach(push -> push.sends++);
    List<NewJob> jobs =
        pushes.stream()
            .map(
                push ->
                    new NewJob(
                        new Payload(
                            Payload.Encoding.JSON,
                            com.google.protobuf.ByteString.copyFromUtf8(push.data)),
                        push.options))
            .toList();
    submit(
        id,
        new Command.PushJobs(queue, jobs),
        PATIENCE_MS,
        reply -> answered(queue, pushes, id, reply));
  }

  private void answered(
      QueueName queue, List<Pushed> pushes, @Nullable RequestId id, @Nullable Reply reply) {
    boolean again = id != null;
    switch (reply) {
      case null -> simulation.history().countUnknown();
      case Reply.Pushed(List<PushOutcome> outcomes) -> {
        again = false;
        for (int i = 0; i < pushes.size(); i++) {
          note(pushes.get(i), outcomes.get(i));
        }
      }
      case Reply.Refused refused -> {
        simulation.history().countRefused();
        if (refused.code() != OUTCOME_UNKNOWN) {
          pushes.forEach(push -> push.saidUnavailable++);
        }
        again &= refused.code().retryable() || refused.code() == OUTCOME_UNKNOWN;
      }
      default -> simulation.violated("answers fit", "a push was answered " + reply);
    }
    if (again) {
      world.afterMs(world.between(5, 300), () -> send(queue, pushes, id));
      return;
    }
    settled = sequence + 1;
    pushing = false;
    world.afterMs(world.between(0, 2 * pauseMs), this::next);
  }

  private void note(Pushed push, PushOutcome outcome) {
    switch (outcome) {
      case PushOutcome.Accepted accepted ->
          simulation.history().accepted(push, accepted.id().value(), world.millis());
      case Reply.Refused _ -> push.refused = true;
    }
  }
}
