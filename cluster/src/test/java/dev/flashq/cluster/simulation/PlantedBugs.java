package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.propose.NotSentException;
import dev.flashq.cluster.propose.ReplicatedLog;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Bugs that such systems have had, each to be caught by one of the checks. */
enum PlantedBugs {
  /** One of several wake-ups of waiting pulls does not arrive. */
  LOST_WAKE_UP("a waiting pull is served") {
    @Override
    PlantedBug make() {
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
  /** An entry counts as committed when it is on the leader's disk. */
  ACKNOWLEDGED_BEFORE_COMMIT(
      "raft model", "nothing acknowledged is lost", "same bytes on all replicas") {
    @Override
    Plan plan(long seed) {
      return with(
          seed,
          List.of(
              new Fault(1_500, Fault.Kind.ISOLATE, -1, 3_000, 0),
              new Fault(5_500, Fault.Kind.ISOLATE, -1, 3_000, 0)));
    }

    @Override
    PlantedBug make() {
      return new PlantedBug() {
        @Override
        int majority(int members) {
          return 1;
        }
      };
    }
  },
  /** An attempt whose end is not known is taken for one that was never made. */
  FORGOTTEN_ATTEMPT("a refusal has no effect") {
    @Override
    Plan plan(long seed) {
      // The leader hears a member that does not hear the leader.
      return with(
          seed,
          List.of(
              new Fault(1_000, Fault.Kind.CUT_ONE_WAY, -1, 6_000, 0),
              new Fault(1_000, Fault.Kind.CUT_ONE_WAY, -1, 6_000, 1)));
    }

    @Override
    PlantedBug make() {
      return new PlantedBug() {
        @Override
        ReplicatedLog log(SimNode node, ReplicatedLog log) {
          return new LogOf(log) {
            @Override
            public CompletableFuture<Void> append(ByteString entry) {
              return log.append(entry)
                  .exceptionally(
                      failure -> {
                        throw new CompletionException(new NotSentException(failure.toString()));
                      });
            }
          };
        }
      };
    }
  },
  /** A handler looks at the clock of its own node. */
  NON_DETERMINISTIC_HANDLER("same bytes on all replicas") {
    @Override
    PlantedBug make() {
      return engines(
          (node, engine) ->
              new EngineOf(engine) {
                @Override
                public Outcome apply(long term, long index, ByteString entry) {
                  return engine.apply(term, index, EntryCodec.stamp(entry, node.unixMs()));
                }
              });
    }
  },
  /** A delivery is answered to two pulls. */
  DOUBLE_DELIVERY("one holder of a lease", "a lease stands until its end") {
    @Override
    PlantedBug make() {
      var last = new HashMap<QueueName, Reply>();
      return gateways(
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
    PlantedBug make() {
      return engines(
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
  /** What is said to be on disk is not. */
  NO_FSYNC("raft model", "nothing acknowledged is lost", "same bytes on all replicas") {
    @Override
    Plan plan(long seed) {
      return with(seed, List.of(new Fault(2_500, Fault.Kind.POWER_CUT_OF_ALL, 0, 100, 0)));
    }

    @Override
    PlantedBug make() {
      return new PlantedBug() {
        @Override
        void disk(SimNode node) {
          node.disk().lies = true;
        }
      };
    }
  },
  /** Request ids are not looked at. */
  REQUEST_IDS_FORGOTTEN("one effect per request id") {
    @Override
    Plan plan(long seed) {
      // Nodes die with answers that nobody has had.
      var faults = new ArrayList<Fault>();
      for (int i = 0; i < 12; i++) {
        faults.add(new Fault(600 + 400 * i, Fault.Kind.KILL, i % 3, 150, 0));
      }
      return with(seed, faults);
    }

    @Override
    PlantedBug make() {
      return gateways(
          (_, gateway, principal, _, command) -> gateway.submit(principal, null, command));
    }
  },
  /** Reads are answered without asking whether anybody else leads. */
  STALE_READS("reads are linearizable") {
    @Override
    PlantedBug make() {
      return new PlantedBug() {
        @Override
        ReplicatedLog log(SimNode node, ReplicatedLog log) {
          return new LogOf(log) {
            @Override
            public CompletableFuture<Long> readIndex() {
              return CompletableFuture.completedFuture(0L);
            }
          };
        }
      };
    }
  },
  /** Every replica takes some entries for later than they are. */
  EARLY_TIMERS("no delayed job is early", "a lease stands until its end", "timers fire in time") {
    @Override
    PlantedBug make() {
      return engines(
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
  /** A checkpoint that is opened lacks the entry behind it. */
  ENTRY_LOST_BEHIND_A_CHECKPOINT("same bytes on all replicas") {
    @Override
    PlantedBug make() {
      return engines(
          (_, engine) ->
              new EngineOf(engine) {
                private boolean skipped = engine.lastApplied().index() < 0;

                @Override
                public Outcome apply(long term, long index, ByteString bytes) {
                  if (skipped) {
                    return engine.apply(term, index, bytes);
                  }
                  skipped = true;
                  engine.skip(term, index);
                  EntryHeader header = EntryCodec.decode(bytes).header();
                  return new Outcome(
                      header.node(), header.boot(), header.sequence(), 0, false, List.of());
                }
              });
    }
  },
  /** A member forgets for whom it has voted. */
  VOTE_FORGOTTEN("raft model", "nothing acknowledged is lost", "same bytes on all replicas") {
    @Override
    Plan plan(long seed) {
      // All members start anew while the leader has entries that the others do not have yet.
      var faults = new ArrayList<Fault>();
      for (int i = 0; i < 5; i++) {
        long at = 1_500 + 1_500L * i;
        faults.add(new Fault(at, Fault.Kind.SLOW_NETWORK, -1, 120, 60));
        for (int node = 0; node < 3; node++) {
          faults.add(new Fault(at + 100 + node, Fault.Kind.KILL, node, 20, 0));
        }
      }
      return with(seed, faults);
    }

    @Override
    PlantedBug make() {
      return new PlantedBug() {
        @Override
        void starts(SimNode node) {
          node.disk().vote(Math.max(0, node.disk().term() - 1), -1);
        }
      };
    }
  },
  /** An entry that was sent twice takes effect twice. */
  ENTRIES_APPLIED_TWICE("one effect per request id") {
    @Override
    PlantedBug make() {
      return engines(
          (_, engine) ->
              new EngineOf(engine) {
                @Override
                public Outcome apply(long term, long index, ByteString bytes) {
                  Entry entry = EntryCodec.decode(bytes);
                  EntryHeader header = entry.header();
                  var renamed = new EntryHeader(header.node(), header.boot(), index + 1_000_000, 0);
                  Outcome outcome =
                      engine.apply(
                          term,
                          index,
                          EntryCodec.stamp(
                              EntryCodec.encode(renamed, entry.submissions()),
                              entry.proposedAtMs()));
                  return new Outcome(
                      header.node(),
                      header.boot(),
                      header.sequence(),
                      outcome.rows(),
                      outcome.isNew(),
                      outcome.replies(),
                      outcome.named());
                }
              });
    }
  },
  /** Nobody looks under which lease a job is acknowledged. */
  LEASES_IGNORED("one holder of a lease", "a lease stands until its end") {
    @Override
    PlantedBug make() {
      return gateways(
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
    PlantedBug make() {
      return gateways(
          (node, gateway, principal, id, command) ->
              command instanceof Command.PullJobs && node.chance(0.01)
                  ? new CompletableFuture<>()
                  : gateway.submit(principal, id, command));
    }
  },
  /** Whoever has been let in stays in. */
  REVOCATION_IGNORED(AccessCheck.ALLOWED) {
    @Override
    Plan plan(long seed) {
      return guarded(seed);
    }

    @Override
    PlantedBug make() {
      return submissions(
          (engine, submission) ->
              engine.access().grant(submission.principal()) == null
                  ? new Submission(
                      lord(engine, submission.principal()),
                      submission.requestId(),
                      submission.command())
                  : submission);
    }

    /** The same name, with a credential that is good for everything. */
    private Principal lord(QueueEngine engine, Principal who) {
      Principal app = engine.access().holder(Badges.APP.hash());
      return new Principal(who.name(), app == null ? 0 : app.credential(), who.address());
    }
  },
  /** What a role denies is not kept. */
  DENIALS_FORGOTTEN(AccessCheck.ALLOWED) {
    @Override
    Plan plan(long seed) {
      return guarded(seed);
    }

    @Override
    PlantedBug make() {
      return commands(
          command ->
              command instanceof Command.PutRole(Role role)
                  ? new Command.PutRole(new Role(role.name(), role.allow(), List.of()))
                  : command);
    }
  },
  /** Tokens are good for ever. */
  ENDS_FORGOTTEN(AccessCheck.ALLOWED) {
    @Override
    Plan plan(long seed) {
      return guarded(seed);
    }

    @Override
    PlantedBug make() {
      return commands(
          command ->
              switch (command) {
                case Command.CreateToken c ->
                    new Command.CreateToken(c.name(), c.hash(), c.roles(), 0);
                case Command.RotateToken c ->
                    new Command.RotateToken(c.name(), c.hash(), 1_000_000_000);
                default -> command;
              });
    }
  },
  /** A node refuses some pushes that are permitted. */
  REFUSED_AT_RANDOM(AccessCheck.REFUSED) {
    @Override
    Plan plan(long seed) {
      return guarded(seed);
    }

    @Override
    PlantedBug make() {
      var pushes = new AtomicInteger();
      return gateways(
          (_, gateway, principal, id, command) ->
              command instanceof Command.PushJobs push
                      && !principal.isSystem()
                      && pushes.incrementAndGet() % 5 == 0
                  ? CompletableFuture.completedFuture(
                      Reason.notPermitted(Operation.PUSH, push.queue()))
                  : gateway.submit(principal, id, command));
    }
  },
  /** Some pushes are not recorded. */
  AUDIT_RECORDS_DROPPED(AccessCheck.RECORDED) {
    @Override
    Plan plan(long seed) {
      return guarded(seed);
    }

    @Override
    PlantedBug make() {
      var nothing = new AuditPolicy.Rule(List.of(), true, List.of("*"), AuditPolicy.Scope.REFUSED);
      return surrounded(
          entry ->
              entry.submissions().stream()
                  .anyMatch(submission -> submission.command() instanceof Command.PushJobs),
          List.of(policy(new AuditPolicy(List.of(nothing), 1_000_000_000, Long.MAX_VALUE))),
          List.of(policy(AuditPolicy.DEFAULT)));
    }

    private Submission policy(AuditPolicy policy) {
      return new Submission(Principal.SYSTEM, null, new Command.SetAuditPolicy(policy));
    }
  },
  /** Something is recorded that nobody has asked for. */
  AUDIT_RECORDS_INVENTED(AccessCheck.EFFECTIVE) {
    @Override
    Plan plan(long seed) {
      return guarded(seed);
    }

    @Override
    PlantedBug make() {
      var resume = new Command.SetPaused(Guest.QUEUES.getFirst(), false);
      return surrounded(
          entry -> true, List.of(), List.of(new Submission(Principal.SYSTEM, null, resume)));
    }
  },
  /** The audit trail of a node lacks a block. */
  AUDIT_TRAIL_WITH_A_HOLE(AuditChain.WHOLE) {
    @Override
    Plan plan(long seed) {
      return guarded(seed);
    }

    @Override
    PlantedBug make() {
      return engines(
          (node, engine) ->
              new EngineOf(engine) {
                @Override
                public <R> R ask(Principal principal, Query<R> query) {
                  R answer = super.ask(principal, query);
                  return answer instanceof Query.AuditBlocks page && node.number() == 1
                      ? without(page)
                      : answer;
                }
              });
    }

    @SuppressWarnings("unchecked")
    private <R> R without(Query.AuditBlocks page) {
      var blocks = new ArrayList<>(page.blocks());
      blocks.remove(blocks.size() / 2);
      return (R)
          new Query.AuditBlocks(
              blocks, page.heads(), page.head(), page.key(), page.unrecorded(), page.more());
    }
  };

  private final String[] promises;

  /**
   * @param promises one of which must be seen to be broken
   */
  PlantedBugs(String... promises) {
    this.promises = promises;
  }

  abstract PlantedBug make();

  /** A plan in which it has a chance to show. */
  Plan plan(long seed) {
    return Plan.of(seed, new Plan.Profile(false, true, false));
  }

  /** The plan with other faults. */
  private static Plan with(long seed, List<Fault> faults) {
    return Plan.of(seed, new Plan.Profile(false, true, false)).with(faults);
  }

  /** The plan with guests, in a cluster in which clients say who they are. */
  private static Plan guarded(long seed) {
    return Plan.of(seed, new Plan.Profile(false, true, false)).withGuests(3);
  }

  boolean isCaughtBy(Violation violation) {
    return java.util.Arrays.asList(promises).contains(violation.promise());
  }

  private interface Engines {
    QueueEngine of(SimNode node, QueueEngine engine);
  }

  private static PlantedBug engines(Engines engines) {
    return new PlantedBug() {
      @Override
      QueueEngine engine(SimNode node, QueueEngine engine) {
        return engines.of(node, engine);
      }
    };
  }

  /** An entry is applied as if other commands stood in it, one for one. */
  private static PlantedBug submissions(BiFunction<QueueEngine, Submission, Submission> other) {
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

  private static PlantedBug commands(UnaryOperator<Command> other) {
    return submissions(
        (_, submission) ->
            new Submission(
                submission.principal(), submission.requestId(), other.apply(submission.command())));
  }

  private static ByteString encode(Entry entry, List<Submission> submissions) {
    return EntryCodec.stamp(EntryCodec.encode(entry.header(), submissions), entry.proposedAtMs());
  }

  /** Every seventh entry, if it is such a one, has commands around its own. */
  private static PlantedBug surrounded(
      Predicate<Entry> which, List<Submission> before, List<Submission> after) {
    return engines(
        (_, engine) ->
            new EngineOf(engine) {
              @Override
              public Outcome apply(long term, long index, ByteString bytes) {
                Entry entry = EntryCodec.decode(bytes);
                if (index % 7 != 0
                    || engine.featureLevel() < FeatureLevel.AUDIT
                    || !which.test(entry)) {
                  return engine.apply(term, index, bytes);
                }
                var all = new ArrayList<>(before);
                all.addAll(entry.submissions());
                all.addAll(after);
                Outcome outcome = engine.apply(term, index, encode(entry, all));
                List<Reply> replies = outcome.replies();
                return new Outcome(
                    outcome.node(),
                    outcome.boot(),
                    outcome.sequence(),
                    outcome.rows(),
                    outcome.isNew(),
                    replies.isEmpty()
                        ? replies
                        : replies.subList(before.size(), replies.size() - after.size()),
                    position -> entry.submissions().get(position).requestId() != null);
              }
            });
  }

  private interface Submits {
    CompletableFuture<Reply> submit(
        SimNode node,
        CommandGateway gateway,
        Principal principal,
        @Nullable RequestId id,
        Command command);
  }

  private static PlantedBug gateways(Submits submits) {
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
  private static class LogOf implements ReplicatedLog {
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
  private abstract static class GatewayOf implements CommandGateway {
    private final CommandGateway gateway;

    GatewayOf(CommandGateway gateway) {
      this.gateway = gateway;
    }

    @Override
    public <R> CompletableFuture<R> ask(
        Principal principal, Query<R> query, Consistency consistency) {
      return gateway.ask(principal, query, consistency);
    }
  }
}
