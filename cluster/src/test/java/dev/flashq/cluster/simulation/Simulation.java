package dev.flashq.cluster.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.simulation.Checks.Check;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.engine.EngineMemory;
import dev.flashq.statemachine.engine.RocksEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One run of a plan: a cluster, its clients, what goes wrong, and in the end the verdict. */
final class Simulation implements AutoCloseable {
  static final List<QueueName> QUEUES =
      List.of(new QueueName("mail"), new QueueName("pay"), new QueueName("images"));

  /** True milliseconds that a healed cluster has to finish all work. */
  private static final long CALM_MS = 120_000;

  /** More than any good run needs. */
  private static final long STEPS = 300_000;

  /** True milliseconds after which a cluster has got over whatever was wrong. */
  private static final long SETTLE_MS = 4_000;

  private final Plan plan;
  private final World world;
  private final SimNetwork network;
  private final Path folder;
  private final PlantedBug bug;
  private final List<SimNode> nodes = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final History history = new History();
  private final Nemesis nemesis;
  private final TreeMap<Long, Long> digests = new TreeMap<>();
  private final TreeMap<Long, String> leaders = new TreeMap<>();
  private final List<Check> checks = Checks.all();
  private final Watchman watchman = new Watchman(this);
  private final Map<String, RocksEngine> engines = new HashMap<>();
  private final Badges badges = new Badges();
  private long lastIndex;
  private boolean calm;
  private long calmSince;
  private boolean draining;
  private boolean clocksWrong;
  private @Nullable Violation violation;

  Simulation(Plan plan, PlantedBug bug, Path folder, boolean tracing) {
    this.plan = plan;
    this.bug = bug;
    this.folder = folder;
    this.world = new World(plan.seed(), tracing);
    this.network = new SimNetwork(world, this::node);
    this.nemesis = new Nemesis(this);
    for (int i = 0; i < plan.nodes(); i++) {
      nodes.add(new SimNode(this, i, folder.resolve("n" + i)));
    }
  }

  /**
   * What became of a run.
   *
   * @param violation null when every promise was kept
   */
  record Result(
      Plan plan,
      @Nullable Violation violation,
      long steps,
      long acknowledged,
      int unknown,
      int refused,
      List<String> trace,
      History history) {}

  Result run() {
    try {
      nodes.forEach(bug::disk);
      nodes.forEach(SimNode::start);
      addClients();
      observe();
      nemesis.begin(plan.faults());
      runUntil(1000 * plan.chaosMs());
      if (violation == null) {
        calmDown();
      }
      if (violation == null) {
        verdict();
      }
    } catch (Violation found) {
      violation = violation == null ? found : violation;
    }
    return new Result(
        plan,
        violation,
        world.steps(),
        history.acknowledged(),
        history.unknown(),
        history.refused(),
        world.trace(),
        history);
  }

  private void addClients() {
    for (int i = 0; i < plan.load().producers(); i++) {
      clients.add(new Producer(this, "p" + i));
    }
    for (int i = 0; i < plan.load().workers(); i++) {
      clients.add(new Worker(this, "w" + i));
    }
    for (int i = 0; i < plan.load().readers(); i++) {
      clients.add(new Reader(this, "r" + i));
    }
    if (plan.load().operator()) {
      clients.add(new Operator(this, "o"));
    }
    for (int i = 0; i < plan.load().guests(); i++) {
      clients.add(new Guest(this, "g" + i, "10.0.0." + (i + 1)));
    }
    if (plan.guarded()) {
      clients.add(new Warden(this, "a"));
    }
    if (hasLocksmith()) {
      clients.add(new Locksmith(this, "k"));
    }
    clients.forEach(Client::begin);
  }

  /** Whether the producers' queues are sealed. */
  boolean hasLocksmith() {
    return Locksmith.isIn(plan.seed());
  }

  private void runUntil(long micros) {
    while (violation == null && world.micros() < micros && world.step()) {
      if (world.steps() > STEPS) {
        violated("progress after healing", "after " + STEPS + " steps there is no end");
      }
    }
  }

  /**
   * Everything is well again, nothing new is pushed, and what there is must be finished in time.
   */
  private void calmDown() {
    world.note(() -> "CALM");
    nemesis.end();
    calm = true;
    calmSince = world.millis();
    long end = world.micros() + 1000 * CALM_MS;
    long healthy = -1;
    while (violation == null && world.micros() < end && !isFinished()) {
      runUntil(world.micros() + 50_000);
      if (healthy < 0 && isHealthy()) {
        healthy = world.millis();
        world.note(() -> "HEALTHY");
      }
      if (!draining && healthy >= 0 && clients.stream().allMatch(Client::isDone)) {
        draining = true;
        for (int i = 0; i < QUEUES.size(); i++) {
          Drainer drainer = new Drainer(this, "d" + i, QUEUES.get(i));
          clients.add(drainer);
          drainer.begin();
        }
      }
    }
    if (violation == null && !isFinished()) {
      throw new Violation(
          "progress after healing",
          (isHealthy() ? "healthy" : "not healthy")
              + ", draining "
              + draining
              + ", not done: "
              + clients.stream().filter(client -> !client.isDone()).map(Client::state).toList());
    }
  }

  private boolean isHealthy() {
    Optional<SimNode> leader = leader();
    return leader.isPresent()
        && nodes.stream()
            .allMatch(
                node ->
                    node.isRunning()
                        && node.raft().leader() == leader.get().number()
                        && node.raft().applied() == leader.get().raft().applied());
  }

  private boolean isAtRest() {
    return isHealthy()
        && nodes.stream()
            .allMatch(node -> node.core().pendingCommands() == 0 && node.core().waitingPulls() == 0)
        && nodes.getFirst().replica().ask(Principal.SYSTEM, new Query.NextErasure()).erasure()
            == null
        && !nodes.getFirst().ask(new Query.GetSealing()).reseal().isRunning()
        && nodes.stream().allMatch(node -> node.ringKeys().held().size() == 1);
  }

  private boolean isFinished() {
    return draining && clients.stream().allMatch(Client::isDone) && isHealthy();
  }

  private void verdict() {
    // What is still on its way comes to its end.
    for (int i = 0; i < 200 && !isAtRest(); i++) {
      runUntil(world.micros() + 50_000);
    }
    for (Check check : checks) {
      check.judge(this);
    }
  }

  /** Called for every entry that a node has applied. */
  void applied(SimNode node, long index, ByteString entry, Outcome outcome) {
    long digest = node.replica().digest().value();
    Long known = digests.putIfAbsent(index, digest);
    if (known != null && known != digest) {
      violated("same bytes on all replicas", node.name() + " differs at index " + index);
    }
    lastIndex = Math.max(lastIndex, index);
    checks.forEach(check -> check.applied(this, node, index, entry, outcome));
  }

  void violated(String promise, String what) {
    if (violation == null) {
      violation = new Violation(promise, what);
    }
    throw violation;
  }

  void clocksWereWrong() {
    clocksWrong = true;
  }

  /** Whether any clock has been wrong at any time. */
  boolean clocksWrong() {
    return clocksWrong;
  }

  QueueEngine open(Path live, String node, long boot) {
    var engine =
        new RocksEngine(
            live, node, boot, new EngineMemory(plan.sizes().overlayBytes(), Runnable::run));
    engines.put(node, engine);
    return engine;
  }

  /** Whether clients have to say who they are. */
  boolean isGuarded() {
    return plan.guarded();
  }

  Badges badges() {
    return badges;
  }

  /** The last index that any node has applied. */
  long lastIndex() {
    return lastIndex;
  }

  World world() {
    return world;
  }

  SimNetwork network() {
    return network;
  }

  /** Who has led, by terms. */
  TreeMap<Long, String> leaders() {
    return leaders;
  }

  History history() {
    return history;
  }

  PlantedBug bug() {
    return bug;
  }

  List<Client> clients() {
    return clients;
  }

  int size() {
    return plan.nodes();
  }

  /** Of all nodes. */
  List<String> names() {
    return nodes.stream().map(SimNode::name).toList();
  }

  long snapshotBytes() {
    return plan.sizes().snapshotBytes();
  }

  int entriesInFlight() {
    return plan.sizes().entriesInFlight();
  }

  List<SimNode> nodes() {
    return nodes;
  }

  SimNode node(int number) {
    return nodes.get(number);
  }

  Optional<SimNode> leader() {
    return nodes.stream()
        .filter(node -> node.isRunning() && node.raft().isReady())
        .max(Comparator.comparingLong(node -> node.disk().term()));
  }

  List<SimNode> running() {
    return nodes.stream().filter(SimNode::isRunning).toList();
  }

  /** Whether nothing has been wrong since a little before that time, in true milliseconds. */
  boolean isQuietSince(long ms) {
    return (calm ? calmSince + SETTLE_MS < ms : faultsEndedBefore(ms - SETTLE_MS))
        && leader().isPresent()
        && nodes.stream().allMatch(SimNode::isRunning);
  }

  private boolean faultsEndedBefore(long ms) {
    long now = world.millis();
    return ms > 0
        && plan.faults().stream()
            .allMatch(fault -> fault.atMs() > now || fault.atMs() + fault.durationMs() < ms);
  }

  /** Looks again and again whether what should happen soon does. */
  private void observe() {
    watchman.look();
    world.afterMs(Watchman.EVERY_MS, this::observe);
  }

  /** Every row of a node as a line, but for the place in the log. */
  List<String> rows(SimNode node) {
    RocksEngine engine = engines.get(node.name());
    var rows = new ArrayList<String>();
    HexFormat hex = HexFormat.of();
    java.util.Objects.requireNonNull(engine)
        .rows(
            (column, key, value) -> {
              if (!new String(key, UTF_8).equals("meta")) {
                rows.add(column + " " + hex.formatHex(key) + " = " + hex.formatHex(value));
              }
            });
    return rows;
  }

  /** Nothing goes wrong any more and nothing new is asked for. */
  boolean isCalm() {
    return calm;
  }

  @Override
  public void close() {
    nodes.forEach(SimNode::kill);
    delete(folder);
  }

  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
