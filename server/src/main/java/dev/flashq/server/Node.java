package dev.flashq.server;

import dev.flashq.cluster.ClusterNode;
import dev.flashq.cluster.ClusterView;
import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.cluster.config.Encryption;
import dev.flashq.cluster.config.Member;
import dev.flashq.cluster.config.ProposalLimits;
import dev.flashq.cluster.config.Timing;
import dev.flashq.ops.HealthPages;
import dev.flashq.ops.Metrics;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.security.CertificateSource;
import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.PeerCredentials;
import dev.flashq.security.PeerSecrets;
import dev.flashq.security.seal.MasterKeys;
import dev.flashq.security.secrets.Secrets;
import dev.flashq.server.access.Bootstrap;
import dev.flashq.server.access.TokenAccess;
import dev.flashq.server.access.TokenSources;
import dev.flashq.server.audit.AuditExport;
import dev.flashq.server.audit.ClusterTrail;
import dev.flashq.server.audit.ExportTarget;
import dev.flashq.server.check.ChecklistPage;
import dev.flashq.server.config.MemberAddress;
import dev.flashq.server.config.ServerConfig;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.engine.EngineMemory;
import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.statemachine.store.RocksLibrary;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportLimits.Limit;
import dev.flashq.transport.TransportStats;
import dev.flashq.transport.connection.TransportContext;
import dev.flashq.transport.http.HttpServer;
import dev.flashq.transport.tcp.TcpServer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The composition root: the parts of a node, started in order, stopped in reverse. */
public final class Node implements AutoCloseable {
  private static final Executor WRITER =
      task -> Thread.ofPlatform().daemon().name("rows-writer").start(task);
  static final String VERSION = "0.1.0";
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  private final ServerConfig config;
  private final long startedAtNanos = System.nanoTime();
  private final Deque<Part> started = new ArrayDeque<>();
  private final TransportStats stats = new TransportStats();

  /** Told when it has changed who may do what. */
  private final List<Runnable> servers = new CopyOnWriteArrayList<>();

  private record Part(String name, AutoCloseable closeable) {}

  private Node(ServerConfig config) {
    this.config = config;
  }

  /**
   * Starts a node; returns when it listens, which may be before there is a leader.
   *
   * @param fatal called when the node cannot go on
   */
  public static Node start(ServerConfig config, Consumer<Throwable> fatal) {
    Node node = new Node(config);
    try {
      node.startAll(fatal);
      return node;
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  /** A sixteenth of the heap for rows that wait for the database, twice while they are written. */
  private static EngineMemory engineMemory() {
    return new EngineMemory(Runtime.getRuntime().maxMemory() / 16, WRITER);
  }

  private RocksEngine open(Path live, String node, long boot) {
    RocksLibrary.loadFrom(config.data().resolve("native"));
    return new RocksEngine(live, node, boot, engineMemory());
  }

  private void startAll(Consumer<Throwable> fatal) {
    Secrets secrets = started("secrets", new Secrets(config.secrets(), System::getenv));
    TokenSources sources = started("tokens", new TokenSources(config, secrets));
    Optional<PortTls> tls = tls(secrets);
    ClientPorts ports = new ClientPorts(config, tls);
    Optional<MasterKeys> masterKeys = config.masterKeys(secrets);
    masterKeys.ifPresent(keys -> started("master keys", keys));
    ClusterNode cluster =
        started(
            "cluster",
            new ClusterNode(
                settings(sources, certificates(secrets), masterKeys),
                this::open,
                System::currentTimeMillis,
                fatal));
    secrets.start();
    TokenAccess tokens = new TokenAccess(cluster, sources);
    cluster.onAccessChange(() -> servers.forEach(Runnable::run));
    cluster.start();
    if (config.auth().bootstrap()) {
      started("bootstrap", new Bootstrap(cluster, Node::showToken).start());
    }
    Metrics metrics = started("metrics", metrics(cluster, tokens));
    HealthPages health = new HealthPages(cluster::view, this::uptimeMs, VERSION, memberAddresses());
    LeaderHints hints = new LeaderHints(cluster::view, clientAddresses());
    TransportContext context = context(cluster, tokens, hints);
    MemoryParts.show(cluster, context, metrics);
    tls.ifPresent(port -> port.show(metrics));
    show(secrets, metrics);
    config.auditExport().ifPresent(target -> export(target, cluster, metrics));
    TcpServer tcp = started("tcp", new TcpServer(ports.tcp(), context));
    servers.add(tcp::recheck);
    int tcpPort = tcp.start();
    OpsRoutes pages =
        new OpsRoutes(health, metrics, cluster::setClock, new ChecklistPage(config, cluster)::get);
    HttpServer http = started("http", new HttpServer(ports.http(), context, pages));
    servers.add(http::recheck);
    int httpPort = http.start();
    ports.ops().ifPresent(ops -> started("ops", HttpServer.ofPages(ops, context, pages)).start());
    LOG.atInfo()
        .addKeyValue("node", config.nodeId())
        .addKeyValue("tcp", tcpPort)
        .addKeyValue("http", httpPort)
        .log(
            "node {} of cluster {} serves TCP on {}:{} and HTTP on {}:{}",
            config.nodeId(),
            config.clusterId(),
            config.tcp().bind(),
            tcpPort,
            config.http().bind(),
            httpPort);
  }

  /** On standard output and not in the log, which others may read and keep. */
  private static void showToken(String token) {
    System.out.println("flashq: the cluster's first token, shown only now: " + token);
  }

  private <T extends AutoCloseable> T started(String name, T part) {
    started.push(new Part(name, part));
    LOG.debug("starting {}", name);
    return part;
  }

  private void export(Path target, ClusterNode cluster, Metrics metrics) {
    var export =
        started(
            "audit export",
            new AuditExport(new ClusterTrail(cluster), ExportTarget.of(target)).start());
    metrics.gauge(
        "flashq.audit.export.failing",
        "1 while the audit trail cannot be written out by this node",
        () -> export.isFailing() ? 1 : 0);
    metrics.gauge(
        "flashq.audit.export.behind",
        "Records of the audit trail that this node leads and has not written out",
        export::behind);
  }

  private static void show(Secrets secrets, Metrics metrics) {
    metrics.gauge(
        "flashq.secrets.failing",
        "1 while something cannot be read that the configuration refers to in a store of secrets",
        () -> secrets.isFailing() ? 1 : 0);
    metrics.gauge(
        "flashq.secrets.age.seconds",
        "Seconds since all that the configuration refers to in stores of secrets was read",
        secrets::ageSeconds);
  }

  /** Fails when clients could not be shown what the files hold. */
  private Optional<PortTls> tls(Secrets secrets) {
    return config
        .tls()
        .files(secrets)
        .map(
            files -> {
              InstantSource clock = InstantSource.system();
              var credentials = new PeerCredentials(files, clock.instant());
              return started("tls", new PortTls(credentials, config.tls().clients(), clock))
                  .start();
            });
  }

  private CertificateSource certificates(Secrets secrets) {
    ServerConfig.Peer peer = config.peer();
    if (peer.ownCertificates()) {
      return new PeerSecrets(
          secrets.open(peer.ca().orElseThrow()),
          secrets.open(peer.certificate().orElseThrow()),
          secrets.open(peer.key().orElseThrow()));
    }
    List<String> hosts = config.members().stream().map(MemberAddress::host).distinct().toList();
    var ca = new DevelopmentCa(peer.developmentCa(), InstantSource.system());
    return () -> ca.certificatesOf(config.nodeId(), hosts);
  }

  private ClusterSettings settings(
      TokenSources tokens, CertificateSource certificates, Optional<MasterKeys> masterKeys) {
    return new ClusterSettings(
        config.clusterId(),
        config.nodeId(),
        config.members().stream()
            .map(member -> new Member(member.id(), member.host(), member.peerPort()))
            .toList(),
        config.data(),
        config.dataReplaced(),
        certificates,
        new Timing(
            config.raft().electionTimeoutMinMs(),
            config.raft().electionTimeoutMaxMs(),
            config.raft().staleMs()),
        ProposalLimits.ofHeap(Runtime.getRuntime().maxMemory()),
        config.raft().snapshotBytes(),
        FeatureLevel.CURRENT,
        tokens,
        masterKeys.map(keys -> new Encryption(keys, config.ringFolder())));
  }

  /** What both ports share. */
  private TransportContext context(ClusterNode cluster, TokenAccess tokens, LeaderHints hints) {
    TransportLimits limits =
        TransportLimits.ofHeap(Runtime.getRuntime().maxMemory())
            .with(Limit.CONNECTIONS, config.connections())
            .with(Limit.SILENT_MS, config.silentMs());
    return new TransportContext(cluster.gateway(), tokens, stats, limits, hints);
  }

  private Map<String, String> clientAddresses() {
    var addresses = new LinkedHashMap<String, String>();
    config.members().forEach(member -> addresses.put(member.id(), member.tcpAddress()));
    return addresses;
  }

  private Map<String, HealthPages.Addresses> memberAddresses() {
    return config.members().stream()
        .collect(
            Collectors.toMap(
                MemberAddress::id,
                member -> new HealthPages.Addresses(member.tcpAddress(), member.httpAddress())));
  }

  private long uptimeMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAtNanos);
  }

  private Metrics metrics(ClusterNode cluster, TokenAccess tokens) {
    // Queue names are not for everybody who can reach the port once tokens are set.
    Metrics metrics = new Metrics(() -> figures(cluster.gateway(), cluster.view(), tokens.open()));
    metrics.gauge(
        "flashq.pending.commands",
        "Commands without an answer on this node",
        cluster::pendingCommands);
    metrics.gauge(
        "flashq.waiting.pulls", "Pulls that wait for a job on this node", cluster::waitingPulls);
    metrics.gauge(
        "flashq.clock.deviation.ms",
        "Milliseconds that this node's clock is off those of the majority; 0 while that is not known",
        cluster::clockDeviationMs);
    metrics.gauge(
        "flashq.disk.stall.ms",
        "Milliseconds for which a write of the log or of the state has been under way; 0 while nothing waits",
        cluster::diskStallMs);
    metrics.gauge(
        "flashq.certificate.expires.seconds",
        "Seconds until this node's certificate ends; negative when it has",
        cluster::certificateExpiresSeconds);
    metrics.gauge(
        "flashq.connections.open", "Client connections", () -> stats.connectionsOpen.sum());
    metrics.counter(
        "flashq.connections", "Client connections ever", () -> stats.connectionsTotal.sum());
    metrics.counter(
        "flashq.connections.refused",
        "Client connections and requests that were turned away by their address",
        () -> stats.connectionsRefused.sum());
    metrics.counter(
        "flashq.tls.connections",
        "Handshakes of TLS with clients",
        () -> stats.tlsConnections.sum());
    metrics.counter(
        "flashq.tls.handshake.failures",
        "Handshakes of TLS with clients that failed",
        () -> stats.handshakeFailures.sum());
    metrics.counter("flashq.requests", "Requests of clients", () -> stats.requests.sum());
    metrics.counter(
        "flashq.bytes.in", "Bytes from clients; of HTTP the bodies", () -> stats.bytesIn.sum());
    metrics.counter(
        "flashq.bytes.out", "Bytes to clients; of HTTP the bodies", () -> stats.bytesOut.sum());
    metrics.counter(
        "flashq.authentication.failures",
        "Wrong or missing tokens",
        () -> stats.authenticationFailures.sum());
    metrics.counter(
        "flashq.jobs.returned",
        "Jobs whose delivery did not reach its client",
        () -> stats.jobsReturned.sum());
    for (ErrorCode code : ErrorCode.values()) {
      metrics.counter(
          "flashq.errors",
          "Requests answered with an error",
          "code",
          code.name(),
          () -> stats.errors(code).sum());
    }
    return metrics;
  }

  private static Metrics.Figures figures(CommandGateway gateway, ClusterView view, boolean names) {
    var stats = gateway.ask(Principal.SYSTEM, new Query.GetStats(), Consistency.LOCAL).join();
    var queues =
        names
            ? gateway
                .ask(
                    Principal.SYSTEM, new Query.ListQueues(null, Metrics.QUEUES), Consistency.LOCAL)
                .join()
                .queues()
            : List.<Query.QueueView>of();
    return new Metrics.Figures(stats, view, queues);
  }

  /** Stops what was started, the last first. */
  @Override
  public void close() {
    for (Part part = started.poll(); part != null; part = started.poll()) {
      try {
        Objects.requireNonNull(part.closeable()).close();
      } catch (Exception e) {
        LOG.warn("{} did not stop well", part.name(), e);
      }
    }
    LOG.info("node {} has stopped", config.nodeId());
  }
}
