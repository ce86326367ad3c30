package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.propose.NotSentException;
import dev.flashq.cluster.propose.ReplicatedLog;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Bugs of what makes several nodes one: the log, its disks and what is done once. */
enum ReplicationBugs implements PlantedBugs {
  /** An entry counts as committed when it is on the leader's disk. */
  ACKNOWLEDGED_BEFORE_COMMIT(
      "raft model", "nothing acknowledged is lost", "same bytes on all replicas") {
    @Override
    public Plan plan(long seed) {
      return Planting.with(
          seed,
          List.of(
              new Fault(1_500, Fault.Kind.ISOLATE, -1, 3_000, 0),
              new Fault(5_500, Fault.Kind.ISOLATE, -1, 3_000, 0)));
    }

    @Override
    public PlantedBug make() {
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
    public Plan plan(long seed) {
      // The leader hears a member that does not hear the leader.
      return Planting.with(
          seed,
          List.of(
              new Fault(1_000, Fault.Kind.CUT_ONE_WAY, -1, 6_000, 0),
              new Fault(1_000, Fault.Kind.CUT_ONE_WAY, -1, 6_000, 1)));
    }

    @Override
    public PlantedBug make() {
      return new PlantedBug() {
        @Override
        ReplicatedLog log(SimNode node, ReplicatedLog log) {
          return new Planting.LogOf(log) {
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
    public PlantedBug make() {
      return Planting.engines(
          (node, engine) ->
              new EngineOf(engine) {
                @Override
                public Outcome apply(long term, long index, ByteString entry) {
                  return engine.apply(term, index, EntryCodec.stamp(entry, node.unixMs()));
                }
              });
    }
  },
  /** What is said to be on disk is not. */
  NO_FSYNC("raft model", "nothing acknowledged is lost", "same bytes on all replicas") {
    @Override
    public Plan plan(long seed) {
      return Planting.with(seed, List.of(new Fault(2_500, Fault.Kind.POWER_CUT_OF_ALL, 0, 100, 0)));
    }

    @Override
    public PlantedBug make() {
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
    public Plan plan(long seed) {
      // Nodes die with answers that nobody has had.
      var faults = new ArrayList<Fault>();
      for (int i = 0; i < 12; i++) {
        faults.add(new Fault(600 + 400 * i, Fault.Kind.KILL, i % 3, 150, 0));
      }
      return Planting.with(seed, faults);
    }

    @Override
    public PlantedBug make() {
      return Planting.gateways(
          (_, gateway, principal, _, command) -> gateway.submit(principal, null, command));
    }
  },
  /** Reads are answered without asking whether anybody else leads. */
  STALE_READS("reads are linearizable") {
    @Override
    public PlantedBug make() {
      return new PlantedBug() {
        @Override
        ReplicatedLog log(SimNode node, ReplicatedLog log) {
          return new Planting.LogOf(log) {
            @Override
            public CompletableFuture<Long> readIndex() {
              return CompletableFuture.completedFuture(0L);
            }
          };
        }
      };
    }
  },
  /** A checkpoint that is opened lacks the entry behind it. */
  ENTRY_LOST_BEHIND_A_CHECKPOINT("same bytes on all replicas") {
    @Override
    public PlantedBug make() {
      return Planting.engines(
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
    public Plan plan(long seed) {
      // All members start anew while the leader has entries that the others do not have yet.
      var faults = new ArrayList<Fault>();
      for (int i = 0; i < 5; i++) {
        long at = 1_500 + 1_500L * i;
        faults.add(new Fault(at, Fault.Kind.SLOW_NETWORK, -1, 120, 60));
        for (int node = 0; node < 3; node++) {
          faults.add(new Fault(at + 100 + node, Fault.Kind.KILL, node, 20, 0));
        }
      }
      return Planting.with(seed, faults);
    }

    @Override
    public PlantedBug make() {
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
    public PlantedBug make() {
      return Planting.engines(
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
  };

  private final List<String> promises;

  /**
   * @param promises one of which must be seen to be broken
   */
  ReplicationBugs(String... promises) {
    this.promises = List.of(promises);
  }

  @Override
  public List<String> promises() {
    return promises;
  }
}
