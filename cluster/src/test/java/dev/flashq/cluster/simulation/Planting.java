package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.propose.ReplicatedLog;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where and how bugs are planted. */
final class Planting {
  private Planting() {}

  /** The plan with other faults. */
  static Plan with(long seed, List<Fault> faults) {
    return Plan.of(seed, new Plan.Profile(false, true, false)).with(faults);
  }

  /** The plan with guests, in a cluster in which clients say who they are, and few others. */
  static Plan guarded(long seed) {
    return Plan.of(seed, new Plan.Profile(false, true, false))
        .with(new Plan.Load(1, 1, 0, false, 4));
  }

  interface Engines {
    QueueEngine of(SimNode node, QueueEngine engine);
  }

  static PlantedBug engines(Engines engines) {
    return new PlantedBug() {
      @Override
      QueueEngine engine(SimNode node, QueueEngine engine) {
        return engines.of(node, engine);
      }
    };
  }

  /** An entry is applied as if other commands stood in it, one for one. */
  static PlantedBug submissions(BiFunction<QueueEngine, Submission, Submission> other) {
    return engines(
        (_, engine) ->
            new EngineOf(engine) {
              @Override
              public Outcome apply(long term, long index, ByteString bytes) {
                Entry entry = EntryCodec.decode(bytes);
                List<Submission> others =
                    entry.submissions().stream().map(one -> other.apply(engine, one)).toList();
                return engine.apply(term, index, encode(entry, others));
              }
            });
  }

  static PlantedBug commands(UnaryOperator<Command> other) {
    return submissions(
        (_, submission) ->
            new Submission(
                submission.principal(),
                submission.requestId(),
                other.apply(submission.command()),
                submission.inspection()));
  }

  private static ByteString encode(Entry entry, List<Submission> submissions) {
    return EntryCodec.stamp(EntryCodec.encode(entry.header(), submissions), entry.proposedAtMs());
  }

  /** Every seventh entry, if it is such a one, has commands around its own. */
  static PlantedBug surrounded(
      Predicate<Entry> which,
      Function<QueueEngine, List<Submission>> before,
      Function<QueueEngine, List<Submission>> after) {
    return engines(
        (_, engine) ->
            new EngineOf(engine) {
              @Override
              public Outcome apply(long term, long index, ByteString bytes) {
                return index % 7 == 0
                        && engine.featureLevel() >= FeatureLevel.AUDIT
                        && which.test(EntryCodec.decode(bytes))
                    ? surrounded(
                        engine, term, index, bytes, before.apply(engine), after.apply(engine))
                    : engine.apply(term, index, bytes);
              }
            });
  }

  /** Applies an entry as if there were commands around its own. */
  static QueueEngine.Outcome surrounded(
      QueueEngine engine,
      long term,
      long index,
      ByteString bytes,
      List<Submission> before,
      List<Submission> after) {
    Entry entry = EntryCodec.decode(bytes);
    var all = new ArrayList<>(before);
    all.addAll(entry.submissions());
    int end = all.size();
    all.addAll(after);
    QueueEngine.Outcome outcome = engine.apply(term, index, encode(entry, all));
    List<Reply> replies = outcome.replies();
    return new QueueEngine.Outcome(
        outcome.node(),
        outcome.boot(),
        outcome.sequence(),
        outcome.rows(),
        outcome.isNew(),
        replies.isEmpty() ? replies : replies.subList(before.size(), Math.min(end, replies.size())),
        position -> entry.submissions().get(position).requestId() != null);
  }

  interface Submits {
    CompletableFuture<Reply> submit(
        SimNode node,
        CommandGateway gateway,
        Principal principal,
        @Nullable RequestId id,
        Command command);
  }

  static PlantedBug gateways(Submits submits) {
    return new PlantedBug() {
      @Override
      CommandGateway gateway(SimNode node, CommandGateway gateway) {
        return new GatewayOf(gateway) {
          @Override
          public CompletableFuture<Reply> submit(
              Principal principal, @Nullable RequestId id, Command command) {
            return submits.submit(node, gateway, principal, id, command);
          }
        };
      }
    };
  }

  /** A log that is as another. */
  static class LogOf implements ReplicatedLog {
    private final ReplicatedLog log;

    LogOf(ReplicatedLog log) {
      this.log = log;
    }

    @Override
    public boolean leads() {
      return log.leads();
    }

    @Override
    public long committed() {
      return log.committed();
    }

    @Override
    public boolean hasLeader() {
      return log.hasLeader();
    }

    @Override
    public CompletableFuture<Void> append(ByteString entry) {
      return log.append(entry);
    }

    @Override
    public CompletableFuture<Long> readIndex() {
      return log.readIndex();
    }
  }

  /** A gateway that is as another. */
  static class GatewayOf implements CommandGateway {
    private final CommandGateway gateway;

    GatewayOf(CommandGateway gateway) {
      this.gateway = gateway;
    }

    @Override
    public CompletableFuture<Reply> submit(
        Principal principal, @Nullable RequestId id, Command command) {
      return gateway.submit(principal, id, command);
    }

    @Override
    public <R> CompletableFuture<R> ask(
        Principal principal, Query<R> query, Consistency consistency) {
      return gateway.ask(principal, query, consistency);
    }
  }
}
