package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Bugs of handing out jobs: leases, timers and waiting pulls. */
enum DeliveryBugs implements PlantedBugs {
  /** One of several wake-ups of waiting pulls does not arrive. */
  LOST_WAKE_UP("a waiting pull is served") {
    @Override
    public PlantedBug make() {
      return new PlantedBug() {
        @Override
        void installed(SimNode node) {
          node.replica()
              .listen(
                  fact -> {
                    if (!(fact instanceof Fact.QueueReady) || node.chance(0.6)) {
                      node.core().hear(fact);
                    }
                  });
        }
      };
    }
  },
  /** A delivery is answered to two pulls. */
  DOUBLE_DELIVERY("one holder of a lease", "a lease stands until its end") {
    @Override
    public PlantedBug make() {
      var last = new HashMap<QueueName, Reply>();
      return Planting.gateways(
          (node, gateway, principal, id, command) -> {
            CompletableFuture<Reply> reply = gateway.submit(principal, id, command);
            return command instanceof Command.PullJobs pull
                ? reply.thenApply(
                    delivered -> {
                      Reply before = last.put(pull.queue(), delivered);
                      return before != null && node.chance(0.05) ? before : delivered;
                    })
                : reply;
          });
    }
  },
  /** A node that starts from a checkpoint does not know its timers. */
  TIMERS_LOST_OVER_RESTART("timers fire in time", "progress after healing") {
    @Override
    public PlantedBug make() {
      return Planting.engines(
          (_, engine) ->
              engine.lastApplied().index() < 0
                  ? engine
                  : new EngineOf(engine) {
                    @Override
                    public long nextTimerDue() {
                      return Long.MAX_VALUE;
                    }
                  });
    }
  },
  /** Every replica takes some entries for later than they are. */
  EARLY_TIMERS("no delayed job is early", "a lease stands until its end", "timers fire in time") {
    @Override
    public PlantedBug make() {
      return Planting.engines(
          (_, engine) ->
              new EngineOf(engine) {
                @Override
                public Outcome apply(long term, long index, ByteString bytes) {
                  Entry entry = EntryCodec.decode(bytes);
                  long ahead = index % 11 == 0 ? 1_000 : 0;
                  return engine.apply(
                      term, index, EntryCodec.stamp(bytes, entry.proposedAtMs() + ahead));
                }
              });
    }
  },
  /** Nobody looks under which lease a job is acknowledged. */
  LEASES_IGNORED("one holder of a lease", "a lease stands until its end") {
    @Override
    public PlantedBug make() {
      return Planting.gateways(
          (_, gateway, principal, id, command) ->
              gateway.submit(
                  principal,
                  id,
                  command instanceof Command.AckJobs acks
                      ? new Command.AckJobs(
                          acks.acks().stream()
                              .map(
                                  ack ->
                                      new Command.Ack(
                                          new Claim(ack.claim().job(), 0), ack.result()))
                              .toList())
                      : command));
    }
  },
  /** A pull in a hundred gets no answer. */
  PULLS_WITHOUT_END("a pull ends by its own time", "a waiting pull is served") {
    @Override
    public PlantedBug make() {
      return Planting.gateways(
          (node, gateway, principal, id, command) ->
              command instanceof Command.PullJobs && node.chance(0.01)
                  ? new CompletableFuture<>()
                  : gateway.submit(principal, id, command));
    }
  };

  private final List<String> promises;

  /**
   * @param promises one of which must be seen to be broken
   */
  DeliveryBugs(String... promises) {
    this.promises = List.of(promises);
  }

  @Override
  public List<String> promises() {
    return promises;
  }
}
