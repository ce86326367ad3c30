package dev.flashq.cluster.simulation;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;

import dev.flashq.cluster.simulation.Badges.Badge;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Does what it may and tries what it may not, under whatever badge it has; a session goes on when
 * its badge is good no more, as if no node had noticed.
 */
final class Guest extends Busy {
  static final List<QueueName> QUEUES =
      List.of(new QueueName("jobs.a"), new QueueName("jobs.b"), new QueueName("hall"));

  /** More than some may make. */
  private static final int MORE_QUEUES = 8;

  /** Whatever they push to. */
  static final List<QueueName> ALL_QUEUES =
      Stream.concat(QUEUES.stream(), IntStream.rangeClosed(1, MORE_QUEUES).mapToObj(Guest::another))
          .toList();

  private static final long PATIENCE_MS = 7_000;

  /** At a start of a node. */
  private record Session(SimNode node, int boot, Principal who) {}

  private final String address;
  private final List<JobView> hand = new ArrayList<>();
  private @Nullable Session session;
  private long sequence;

  Guest(Simulation simulation, String name, String address) {
    super(simulation, name);
    this.address = address;
  }

  @Override
  @Nullable Principal login(SimNode node) {
    Session open = session;
    if (open != null && open.node == node && open.boot == node.boot()) {
      return open.who;
    }
    Badge badge = simulation.badges().ofGuest(world);
    Principal holder = badge == null ? null : Badges.login(node, badge);
    session = holder == null ? null : new Session(node, node.boot(), holder.at(address));
    return session == null ? null : session.who;
  }

  @Override
  String state() {
    return name + " tries";
  }

  @Override
  void turn() {
    if (world.chance(0.1)) {
      session = null;
    }
    QueueName queue = world.any(QUEUES);
    int what = (int) world.between(0, 22);
    if (what < 5) {
      push(queue, null, 0);
    } else if (what == 5) {
      push(another((int) world.between(1, MORE_QUEUES)), null, 0);
    } else if (what < 8) {
      push(queue, new RequestId(name, ++sequence, sequence), 2);
    } else if (what < 12) {
      pull(queue);
    } else if (what < 15) {
      ack();
    } else if (what < 17) {
      onOneJob(what == 15);
    } else if (what < 20) {
      read();
    } else if (what == 20) {
      list(queue);
    } else {
      administer(queue);
    }
  }

  private static QueueName another(int number) {
    return new QueueName("jobs.more" + number);
  }

  private void goOn() {
    goOn(2, 60);
  }

  private void push(QueueName queue, @Nullable RequestId id, int repeats) {
    var jobs = new ArrayList<NewJob>();
    for (long i = world.between(1, 3); i > 0; i--) {
      int attempts = world.chance(0.3) ? 1 : 3;
      jobs.add(
          new NewJob(
              data(), JobOptions.builder().stallTimeoutMs(1_500).maxAttempts(attempts).build()));
    }
    push(new Command.PushJobs(queue, jobs), id, repeats);
  }

  private Payload data() {
    return world.chance(0.5)
        ? DataCheck.TEXT
        : world.any(
            List.of(DataCheck.NUMBER, ErasureCheck.ADA, ErasureCheck.ADA, ErasureCheck.BOB));
  }

  private void push(Command.PushJobs push, @Nullable RequestId id, int repeats) {
    Session at = session;
    give(
        id,
        push,
        List.of(Operation.PUSH),
        push.queue(),
        reply -> {
          if (reply instanceof Reply.Pushed pushed) {
            pushed.outcomes().forEach(outcome -> note(outcome, push.queue()));
          }
          // Whoever comes under another name is another one, and its request is new.
          if (repeats > 0 && at != null && at == session && world.chance(0.5)) {
            push(push, id, repeats - 1);
          } else {
            goOn();
          }
        });
  }

  private void note(Reply.PushOutcome outcome, QueueName queue) {
    if (outcome instanceof Reply.PushOutcome.Accepted(JobId job, _)) {
      simulation.history().pushedByGuest(job.value(), queue);
    }
  }

  private void pull(QueueName queue) {
    var pull =
        new Command.PullJobs(
            queue, (int) world.between(1, 3), world.chance(0.5) ? 0 : world.between(1, 1_500));
    give(
        null,
        pull,
        List.of(Operation.PULL),
        queue,
        reply -> {
          if (reply instanceof Reply.Delivered(List<JobView> jobs)) {
            hand.addAll(jobs);
          }
          goOn();
        });
  }

  /** Acknowledges all that it has in one command, with a job of somebody else among them. */
  private void ack() {
    var claims = new ArrayList<>(hand.stream().map(Guest::claim).toList());
    hand.clear();
    Map.Entry<Long, QueueName> other = simulation.history().anyOfGuests(world);
    if (other != null && (claims.isEmpty() || world.chance(0.5))) {
      claims.add(new Claim(new JobId(other.getKey()), 0));
    }
    if (claims.isEmpty()) {
      goOn();
      return;
    }
    var acks = claims.stream().map(claim -> new Command.Ack(claim, result())).toList();
    give(null, new Command.AckJobs(acks), List.of(), null, _ -> goOn());
  }

  private @Nullable Payload result() {
    return world.chance(0.3) ? ErasureCheck.ADA : null;
  }

  private static Claim claim(JobView job) {
    return new Claim(job.id(), job.lease());
  }

  private void onOneJob(boolean held) {
    Map.Entry<Long, QueueName> any = simulation.history().anyOfGuests(world);
    if (any == null) {
      goOn();
      return;
    }
    Claim claim =
        held && !hand.isEmpty() ? claim(hand.getFirst()) : new Claim(new JobId(any.getKey()), 0);
    QueueName queue = held && !hand.isEmpty() ? hand.removeFirst().queue() : any.getValue();
    switch ((int) world.between(0, 4)) {
      case 0 -> on(new Command.FailJob(claim, "bad luck"), queue, List.of(Operation.FAIL));
      case 1 -> on(new Command.CancelJob(claim.job()), queue, List.of(Operation.CANCEL));
      case 2 -> on(new Command.ReportProgress(claim, 50, null), queue, List.of(Operation.PROGRESS));
      case 3 ->
          on(new Command.RenewLease(claim), queue, List.of(Operation.PULL, Operation.PROGRESS));
      default -> on(new Command.ChangePriority(claim.job(), 3), queue, List.of(Operation.ADMIN));
    }
  }

  private void on(Command command, QueueName queue, List<Operation> operations) {
    give(null, command, operations, queue, _ -> goOn());
  }

  private void administer(QueueName queue) {
    Command command =
        switch ((int) world.between(0, 5)) {
          case 0 -> new Command.SetPaused(queue, world.chance(0.2));
          case 1 -> new Command.SetPaused(queue, false);
          case 2 -> new Command.DrainQueue(queue, Long.MAX_VALUE, 2);
          case 3 -> new Command.RetryDeadJobs(queue, null, 2);
          case 4 -> new Command.RevokeToken("t0");
          default -> new Command.PutRole(new Role("r0", List.of(Permission.EVERYTHING), List.of()));
        };
    boolean security = command instanceof Command.RevokeToken || command instanceof Command.PutRole;
    give(
        null,
        command,
        List.of(security ? Operation.SECURITY : Operation.ADMIN),
        security ? null : queue,
        _ -> goOn());
  }

  private void read() {
    Map.Entry<Long, QueueName> any = simulation.history().anyOfGuests(world);
    if (any == null) {
      goOn();
      return;
    }
    long from = simulation.lastIndex();
    var operations = List.of(Operation.GET_JOB);
    ask(
        new Query.GetJob(new JobId(any.getKey())),
        PATIENCE_MS,
        (found, failure) -> {
          if (found != null && found.job() != null) {
            answered(from, operations, any.getValue(), true);
          } else if (failure instanceof RefusedException refused) {
            answered(from, operations, any.getValue(), refused.refusal().code());
          }
          goOn();
        });
  }

  private void list(QueueName queue) {
    long from = simulation.lastIndex();
    var operations = List.of(Operation.GET_JOB);
    ask(
        new Query.ListJobs(queue, null, 3, 0),
        PATIENCE_MS,
        (page, failure) -> {
          if (page != null) {
            answered(from, operations, queue, true);
          } else if (failure instanceof RefusedException refused) {
            answered(from, operations, queue, refused.refusal().code());
          }
          goOn();
        });
  }

  /**
   * @param operations one of which must be allowed; empty: that is seen job by job in the log
   * @param queue null: the cluster
   */
  private void give(
      @Nullable RequestId id,
      Command command,
      List<Operation> operations,
      @Nullable QueueName queue,
      Consumer<@Nullable Reply> then) {
    long from = simulation.lastIndex();
    submit(
        id,
        command,
        PATIENCE_MS,
        reply -> {
          if (reply instanceof Reply.Refused refused) {
            answered(from, operations, queue, refused.code());
            if (refused.code() == UNAUTHENTICATED && world.chance(0.5)) {
              session = null;
            }
          }
          then.accept(reply);
        });
  }

  private void answered(
      long from, List<Operation> operations, @Nullable QueueName queue, ErrorCode code) {
    if (code == FORBIDDEN || code == UNAUTHENTICATED) {
      answered(from, operations, queue, false);
    }
  }

  private void answered(
      long from, List<Operation> operations, @Nullable QueueName queue, boolean allowed) {
    Session asked = session;
    if (asked != null && !operations.isEmpty()) {
      simulation
          .history()
          .answered(
              new History.Answered(
                  from,
                  simulation.lastIndex(),
                  asked.who,
                  operations,
                  queue == null ? null : queue.value(),
                  allowed));
    }
  }
}
