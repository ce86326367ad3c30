package dev.flashq.cluster.simulation;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.Checkpointing;
import dev.flashq.cluster.NodeCore;
import dev.flashq.cluster.NodeCore.Lanes;
import dev.flashq.cluster.NodeCore.Surroundings;
import dev.flashq.cluster.access.ConfiguredTokens;
import dev.flashq.cluster.config.ProposalLimits;
import dev.flashq.cluster.config.Timing;
import dev.flashq.cluster.peers.Hello;
import dev.flashq.cluster.peers.PeerLink;
import dev.flashq.cluster.replica.Checkpoint;
import dev.flashq.cluster.replica.Checkpoints;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.seal.Opener;
import dev.flashq.cluster.simulation.Message.LogEntry;
import dev.flashq.cluster.simulation.SimRaft.CheckpointFolder;
import dev.flashq.security.SigningKey;
import dev.flashq.security.seal.LocalMasterKey;
import dev.flashq.security.seal.RingFolder;
import dev.flashq.security.seal.RingKeys;
import dev.flashq.security.seal.WrappingKeys;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.gateway.CommandGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One node: the real core and the real replica, with a log, a disk and a clock of the simulation.
 */
final class SimNode {
  private static final int KEPT_ENTRIES = 40;
  private static final byte[] MASTER_KEY = "5a".repeat(32).getBytes(StandardCharsets.US_ASCII);

  private final Simulation simulation;
  private final World world;
  private final SimDisk disk;
  private final int number;
  private final Path folder;
  private final List<Runnable> onDeath = new ArrayList<>();
  private int boot;
  private boolean running;
  private long frozenUntil;
  private long clockOffsetMs;
  private double clockDrift;
  private boolean checkpointsFail;
  private List<ListedToken> listed = List.of();
  private @Nullable SimRaft raft;
  private @Nullable Replica replica;
  private @Nullable NodeCore core;
  private @Nullable RingKeys ring;

  SimNode(Simulation simulation, int number, Path folder) {
    this.simulation = simulation;
    this.world = simulation.world();
    this.number = number;
    this.folder = folder;
    this.disk = new SimDisk(world);
  }

  int number() {
    return number;
  }

  boolean chance(double probability) {
    return world.chance(probability);
  }

  int majority() {
    return simulation.bug().majority(simulation.size());
  }

  int boot() {
    return boot;
  }

  String name() {
    return "n" + number;
  }

  SimDisk disk() {
    return disk;
  }

  boolean isRunning() {
    return running;
  }

  boolean isRunning(int ofBoot) {
    return running && boot == ofBoot;
  }

  boolean isFrozen() {
    return world.micros() < frozenUntil;
  }

  /** Microseconds until it goes on. */
  long frozenFor() {
    return frozenUntil - world.micros();
  }

  /** Runs an action of this start of the node, later when it stands still. */
  void run(int ofBoot, Runnable action) {
    if (!isRunning(ofBoot)) {
      return;
    }
    if (isFrozen()) {
      world.after(frozenFor() + world.between(1, 50), () -> run(ofBoot, action));
    } else {
      action.run();
    }
  }

  /** What the node takes for the time, Unix ms. */
  long unixMs() {
    return world.unixMs() + clockOffsetMs + (long) (world.millis() * clockDrift);
  }

  void setClock(long offsetMs, double drift) {
    clockOffsetMs = offsetMs;
    clockDrift = drift;
  }

  boolean clockIsRight() {
    return clockOffsetMs == 0 && clockDrift == 0;
  }

  void freeze(long ms) {
    frozenUntil = Math.max(frozenUntil, world.micros() + 1000 * ms);
  }

  void thaw() {
    frozenUntil = 0;
  }

  void failCheckpoints(boolean fail) {
    checkpointsFail = fail;
  }

  /** Lists these tokens besides those that it always lists. */
  void configure(List<ListedToken> tokens) {
    listed = List.copyOf(tokens);
  }

  /** The tokens of its configuration. */
  private final class SimTokens implements ConfiguredTokens {
    @Override
    public boolean isEmpty() {
      return false;
    }

    @Override
    public List<ListedToken> listed(ByteString key) {
      return Stream.concat(Badges.always().stream(), listed.stream()).toList();
    }

    @Override
    public ByteString newKey() {
      return ByteString.copyFromUtf8("a key of " + name());
    }
  }

  void require(boolean holds, String otherwise) {
    if (!holds) {
      simulation.violated("raft model", name() + ": " + otherwise);
    }
  }

  /** A majority has voted for this node. */
  void elected(long term) {
    String leader = simulation.leaders().putIfAbsent(term, name());
    require(
        leader == null || leader.equals(name()),
        "leads in term " + term + ", as " + leader + " did");
  }

  CommandGateway gateway() {
    return core().gateway();
  }

  NodeCore core() {
    return java.util.Objects.requireNonNull(core);
  }

  SimRaft raft() {
    return java.util.Objects.requireNonNull(raft);
  }

  Replica replica() {
    return java.util.Objects.requireNonNull(replica);
  }

  /** Runs when the node dies in whatever way; once. */
  void onDeath(Runnable action) {
    onDeath.add(action);
  }

  RingKeys ringKeys() {
    return requireNonNull(ring);
  }

  /** As a client of this node sees it. */
  <R> R ask(Query<R> query) {
    return new Opener(core().sealing()).opened(replica().ask(Principal.SYSTEM, query));
  }

  /** In files that no fault of the simulation touches. */
  private RingKeys openRing() {
    try {
      return RingFolder.open(
          folder.resolve("ring"), WrappingKeys.of(LocalMasterKey.parse(MASTER_KEY)), dice());
    } catch (SecretException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same in every run of a seed, and different for each start of a node. */
  private SecureRandom dice() {
    return new Dice(31L * boot + number);
  }

  void start() {
    boot++;
    simulation.bug().starts(this);
    running = true;
    frozenUntil = 0;
    world.note(() -> name() + " starts, boot " + boot);
    var made =
        new Replica(
            folder.resolve("live"),
            new Checkpoints(folder.resolve("sm"), folder.resolve("tmp")),
            (live, node, number) ->
                simulation.bug().engine(this, simulation.open(live, node, number)),
            name(),
            boot);
    replica = made;
    var link = new SimRaft(world, simulation.network(), disk, this, new Hands(), simulation.size());
    raft = link;
    ring = openRing();
    core =
        new NodeCore(
            new Surroundings(
                name(),
                simulation.names(),
                FeatureLevel.CURRENT,
                boot,
                made,
                simulation.bug().log(this, link),
                new SimPeers(link),
                new SimCheckpoints(boot),
                simulation.snapshotBytes(),
                new ProposalLimits(simulation.entriesInFlight(), 5_000, 4L << 20),
                Timing.DEFAULT.staleMs(),
                simulation.isGuarded() ? new SimTokens() : ConfiguredTokens.NONE,
                () -> SigningKey.create(new SameEachTime()),
                Optional.of(ring),
                dice(),
                this::unixMs,
                new Lanes(
                    new Lane(world, this, true),
                    new Lane(world, this, true),
                    new Lane(world, this, false)),
                this::fatal));
    simulation.bug().installed(this);
    try {
      made.checkpoints().clean();
      Optional<QueueEngine.Applied> from = made.restore();
      long index = from.map(QueueEngine.Applied::index).orElse(0L);
      if (index > disk.lastIndex()) {
        // A leader's checkpoint may hold what was on the disks of the others before it was on its
        // own. As Ratis does, the log then begins behind it.
        disk.replace(index, from.get().term());
      }
      core().passed(index);
      link.start(index);
      core().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fatal(Throwable cause) {
    simulation.violated("a replica that could go on stopped", name() + ": " + cause);
  }

  /** Ends without warning; what was written and not on disk stays with the system. */
  void kill() {
    if (!running) {
      return;
    }
    world.note(() -> name() + " is killed");
    running = false;
    List<Runnable> told = List.copyOf(onDeath);
    onDeath.clear();
    replica().close();
    told.forEach(Runnable::run);
  }

  /** Ends without power: what was not on disk is gone. */
  void powerCut() {
    kill();
    disk.powerCut();
  }

  /** Ends in order. */
  void stop() {
    if (running) {
      raft().leaveLeadership();
      core().stop();
      core().endAll();
      kill();
    }
  }

  void receive(int from, Message message) {
    if (running) {
      run(boot, () -> raft().receive(from, message));
    }
  }

  private final class SimPeers implements PeerLink {
    private final SimRaft link;

    SimPeers(SimRaft link) {
      this.link = link;
    }

    @Override
    public void tell(Hello hello) {
      for (int peer = 0; peer < simulation.size(); peer++) {
        if (peer != number) {
          simulation.network().send(number, peer, new Message.Greeting(hello));
        }
      }
    }

    @Override
    public void resign(Predicate<String> allowed) {
      if (simulation.names().stream()
          .anyMatch(name -> !name.equals(name()) && allowed.test(name))) {
        link.leaveLeadership();
      }
    }
  }

  /** The applying thread of the node. */
  private final class Hands implements SimRaft.Replica {
    private final int mine = boot;

    @Override
    public void apply(long index, LogEntry entry) {
      ByteString data = entry.data();
      if (data == null) {
        replica().skip(entry.term(), index);
        core().passed(index);
        return;
      }
      try {
        Outcome outcome = replica().apply(entry.term(), index, data);
        simulation.applied(SimNode.this, index, data, outcome);
        core().applied(index, outcome, data.size());
      } catch (RuntimeException e) {
        simulation.violated("a replica that could go on stopped", name() + ": " + e);
      }
    }

    @Override
    public void install(long index, long term, Path from) {
      world.note(() -> name() + " gets the checkpoint of " + index);
      try {
        Path to = folder.resolve("sm").resolve(from.getFileName());
        copy(from, to);
        replica().restore();
        core().restored(index);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public @Nullable CheckpointFolder checkpoint() {
      return newest();
    }

    @Override
    public void leaderChanged() {
      world.note(() -> name() + " follows n" + raft().leader() + " in term " + disk.term());
      core().leaderChanged();
    }

    @Override
    public void leading() {
      world.note(() -> name() + " leads in term " + disk.term());
      core().leading();
    }

    @Override
    public void notLeading() {
      world.note(() -> name() + " leads no more");
      core().notLeading();
    }

    @Override
    public void diskFailed() {
      if (isRunning(mine)) {
        world.note(() -> name() + "'s disk fails");
        kill();
      }
    }
  }

  private @Nullable CheckpointFolder newest() {
    try {
      Optional<Checkpoint> newest = replica().checkpoints().newest();
      if (newest.isEmpty()) {
        return null;
      }
      QueueEngine.Applied applied = newest.get().applied();
      return new CheckpointFolder(
          applied.index(), applied.term(), Path.of(newest.get().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          link(file, target);
        }
      }
    }
  }

  private static void link(Path file, Path target) throws IOException {
    try {
      Files.createLink(target, file);
    } catch (FileAlreadyExistsException e) {
      Files.delete(target);
      Files.createLink(target, file);
    }
  }

  /** Takes checkpoints some time after they are asked for. */
  private final class SimCheckpoints implements Checkpointing {
    private final int mine;

    SimCheckpoints(int mine) {
      this.mine = mine;
    }

    @Override
    public boolean isSending() {
      return false;
    }

    @Override
    public CompletableFuture<Void> take() {
      var taken = new CompletableFuture<Void>();
      world.after(world.between(500, 30_000), () -> run(mine, () -> take(taken)));
      return taken;
    }

    private void take(CompletableFuture<Void> taken) {
      if (checkpointsFail) {
        taken.completeExceptionally(new IOException("no space left on the device"));
        return;
      }
      try {
        Checkpoint checkpoint = replica().checkpoint();
        replica().checkpoints().retain();
        QueueEngine.Applied applied = checkpoint.applied();
        disk.compact(applied.index(), applied.term(), KEPT_ENTRIES);
        world.note(() -> name() + " has a checkpoint of " + applied.index());
        taken.complete(null);
      } catch (IOException e) {
        taken.completeExceptionally(e);
      }
    }
  }

  /** A run must be the same each time, its keys included. */
  private static final class SameEachTime extends SecureRandom {
    private static final long serialVersionUID = 1L;

    @Override
    public void nextBytes(byte[] bytes) {
      Arrays.fill(bytes, (byte) 7);
    }
  }

  private static final class Dice extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final Random random;

    Dice(long seed) {
      this.random = new Random(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
      random.nextBytes(bytes);
    }

    @Override
    public long nextLong() {
      return random.nextLong();
    }
  }
}
