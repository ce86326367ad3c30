package dev.flashq.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import dev.flashq.cluster.access.ConfiguredTokens;
import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.cluster.config.Encryption;
import dev.flashq.cluster.config.Member;
import dev.flashq.cluster.config.ProposalLimits;
import dev.flashq.cluster.config.Timing;
import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.seal.LocalMasterKey;
import dev.flashq.security.seal.WrappingKeys;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.gateway.CommandGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;

/** Nodes in this process on ephemeral ports of the loopback interface. */
final class TestCluster implements AutoCloseable {
  static final QueueName MAIL = new QueueName("mail");

  private static final String LOOPBACK = "127.0.0.1";

  private final Path folder;
  private final String host;
  private final List<Member> members;
  private final long snapshotBytes;
  private final Map<String, ClusterNode> nodes = new TreeMap<>();
  private final Map<String, FakeEngine> engines = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> hangingDisks = new ConcurrentHashMap<>();
  private final Set<String> withMasterKey = ConcurrentHashMap.newKeySet();
  private final List<Throwable> fatal = new CopyOnWriteArrayList<>();

  TestCluster(Path folder, int size) {
    this(folder, size, ClusterSettings.SNAPSHOT_LOG_BYTES);
  }

  TestCluster(Path folder, int size, long snapshotBytes) {
    this(folder, size, snapshotBytes, LOOPBACK);
  }

  private TestCluster(Path folder, int size, long snapshotBytes, String host) {
    this.folder = folder;
    this.snapshotBytes = snapshotBytes;
    this.host = host;
    this.members = members(size, host);
  }

  /** One whose members have another address of this machine. */
  static TestCluster at(String host, Path folder, int size) {
    return new TestCluster(folder, size, ClusterSettings.SNAPSHOT_LOG_BYTES, host);
  }

  private static List<Member> members(int size, String host) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      List<Member> members = new ArrayList<>();
      for (int i = 1; i <= size; i++) {
        var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(host));
        sockets.add(socket);
        members.add(new Member("n" + i, host, socket.getLocalPort()));
      }
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return members;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  TestCluster startAll() {
    members.forEach(member -> start(member.id()));
    return this;
  }

  ClusterNode start(String id) {
    return start(id, false);
  }

  /**
   * @param replaced an empty data folder takes the place of a lost one
   */
  ClusterNode start(String id, boolean replaced) {
    return start(settings(id, replaced, FeatureLevel.CURRENT), System::currentTimeMillis);
  }

  /** Starts a node that understands no more than a level. */
  ClusterNode startOlder(String id, int featureLevel) {
    return start(settings(id, false, featureLevel), System::currentTimeMillis);
  }

  /** Starts a node whose clock is wrong. */
  ClusterNode startWithClock(String id, LongSupplier unixMs) {
    return start(settings(id, false, FeatureLevel.CURRENT), unixMs);
  }

  private ClusterNode start(ClusterSettings settings, LongSupplier unixMs) {
    String id = settings.nodeId();
    var node = new ClusterNode(settings, this::open, unixMs, fatal::add, () -> awaitDisk(id));
    nodes.put(id, node);
    node.start();
    return node;
  }

  private void awaitDisk(String id) {
    CountDownLatch hanging = hangingDisks.get(id);
    if (hanging != null) {
      try {
        hanging.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** From now on the node's writes to the log do not come to an end. */
  void hangDisk(String id) {
    hangingDisks.put(id, new CountDownLatch(1));
  }

  void releaseDisk(String id) {
    CountDownLatch hanging = hangingDisks.remove(id);
    if (hanging != null) {
      hanging.countDown();
    }
  }

  ClusterSettings settings(String id) {
    return settings(id, false, FeatureLevel.CURRENT);
  }

  private ClusterSettings settings(String id, boolean replaced, int featureLevel) {
    var certificates =
        new DevelopmentCa(folder.resolve("certs"), InstantSource.system())
            .certificatesOf(id, List.of(host));
    return new ClusterSettings(
        "test",
        id,
        members,
        data(id),
        replaced,
        certificates,
        Timing.DEFAULT,
        ProposalLimits.DEFAULT,
        snapshotBytes,
        featureLevel,
        ConfiguredTokens.NONE,
        withMasterKey.contains(id) ? Optional.of(encryption(id)) : Optional.empty());
  }

  /**
   * From their next start on these nodes have the same master key, and all nodes the real engine.
   */
  TestCluster giveMasterKey(String... ids) {
    withMasterKey.addAll(List.of(ids));
    return this;
  }

  private Encryption encryption(String id) {
    try {
      return new Encryption(
          WrappingKeys.of(LocalMasterKey.parse("5b".repeat(32).getBytes(US_ASCII))),
          data(id).resolve("ring"));
    } catch (SecretException e) {
      throw new IllegalStateException(e);
    }
  }

  private QueueEngine open(Path live, String node, long boot) throws IOException {
    if (!withMasterKey.isEmpty()) {
      return new RocksEngine(live, node, boot);
    }
    FakeEngine engine = FakeEngine.open(live, node, boot);
    engines.put(node, engine);
    return engine;
  }

  Path data(String id) {
    return folder.resolve(id);
  }

  List<Member> members() {
    return members;
  }

  ClusterNode node(String id) {
    return requireNonNull(nodes.get(id));
  }

  FakeEngine engine(String id) {
    return requireNonNull(engines.get(id));
  }

  List<Throwable> fatal() {
    return fatal;
  }

  /** Waits until every running node follows the same running leader; its id. */
  String leader() {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(this::agreedLeader, Optional::isPresent)
        .orElseThrow();
  }

  private Optional<String> agreedLeader() {
    var views = nodes.values().stream().map(ClusterNode::view).toList();
    var leaders = views.stream().map(view -> String.valueOf(view.leader())).distinct().toList();
    return leaders.size() == 1
            && nodes.containsKey(leaders.getFirst())
            && views.stream().allMatch(ClusterView::ready)
        ? Optional.of(leaders.getFirst())
        : Optional.empty();
  }

  String follower() {
    String leader = leader();
    return nodes.keySet().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
  }

  void kill(String id) {
    requireNonNull(nodes.remove(id)).kill();
  }

  /** At the same time, because Ratis takes a second to stop. */
  void killAll(Collection<String> ids) {
    ids.stream().map(id -> requireNonNull(nodes.remove(id))).toList().parallelStream()
        .forEach(ClusterNode::kill);
  }

  void stop(String id) {
    requireNonNull(nodes.remove(id)).close();
  }

  CompletableFuture<Reply> push(String id, String data) {
    return push(id, data, JobOptions.DEFAULTS);
  }

  CompletableFuture<Reply> push(String id, String data, JobOptions options) {
    var job = new NewJob(Payload.json(data), options);
    return gateway(id).submit(Principal.ANONYMOUS, null, new Command.PushJobs(MAIL, List.of(job)));
  }

  CompletableFuture<Reply> pull(String id, int count, long waitMs) {
    return gateway(id).submit(Principal.ANONYMOUS, null, new Command.PullJobs(MAIL, count, waitMs));
  }

  CommandGateway gateway(String id) {
    return node(id).gateway();
  }

  /** Waits until all running nodes have applied the same entries. */
  void awaitSameState() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                nodes.keySet().stream().map(id -> engine(id).lastApplied()).distinct().count() == 1
                    && nodes.keySet().stream().map(id -> engine(id).digest()).distinct().count()
                        == 1);
  }

  @Override
  public void close() {
    List.copyOf(hangingDisks.keySet()).forEach(this::releaseDisk);
    killAll(List.copyOf(nodes.keySet()));
  }
}
