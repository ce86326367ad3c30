package dev.flashq.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Nodes on loopback, each a process of its own with ports and data of its own. */
public final class LocalCluster implements AutoCloseable {
  private static final Pattern LEADER = Pattern.compile("\"leader\"\\s*:\\s*\"([^\"]+)\"");
  private static final List<String> CHOSEN_PER_NODE =
      List.of(
          "FLASHQ_NODE_ID",
          "FLASHQ_CLUSTER_MEMBERS",
          "FLASHQ_DATA_FOLDER",
          "FLASHQ_PEER_DEVELOPMENT_CA",
          "FLASHQ_TCP_PORT",
          "FLASHQ_HTTP_PORT",
          "FLASHQ_OPS_PORT");
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int FIRST_PORT = 12_000;
  private static final int LAST_PORT = 32_000;

  private final List<LocalNode> nodes;
  private final Plan plan;
  private volatile boolean outputMatters;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

  private LocalCluster(Plan plan, List<LocalNode> nodes) {
    this.plan = plan;
    this.nodes = nodes;
  }

  /**
   * What to start.
   *
   * @param data folder of all nodes' data and output
   * @param tcpPort of the first node, the next ones 100 apart, HTTP one above each; 0: free ports
   * @param java command line of one node up to the main class's arguments
   * @param settings configuration keys for all nodes, as environment variables; not those that
   *     differ from node to node
   * @param token with which the nodes are asked over HTTP; empty: none
   * @param temporary whether the folder goes when the cluster is closed, unless it did not get
   *     ready
   */
  public record Plan(
      int nodes,
      Path data,
      int tcpPort,
      List<String> java,
      Map<String, String> settings,
      Optional<String> token,
      boolean temporary) {
    /** Nodes that ask for no token, in a folder that stays. */
    public Plan(
        int nodes, Path data, int tcpPort, List<String> java, Map<String, String> settings) {
      this(nodes, data, tcpPort, java, settings, Optional.empty(), false);
    }

    /** The same with this token for HTTP. */
    public Plan withToken(Optional<String> token) {
      return new Plan(nodes, data, tcpPort, java, settings, token, temporary);
    }

    /** The same in a folder that goes when the cluster is closed. */
    public Plan inTemporaryFolder() {
      return new Plan(nodes, data, tcpPort, java, settings, token, true);
    }
  }

  /** Prepares a cluster; {@link #start} starts it. */
  public static LocalCluster plan(Plan plan) {
    for (String variable : CHOSEN_PER_NODE) {
      if (plan.settings.containsKey(variable)) {
        throw new LocalClusterException(
            variable + " is chosen for each node of a local cluster; it cannot be set");
      }
    }
    if ("required".equals(plan.settings.get("FLASHQ_HTTP_TLS"))) {
      throw new LocalClusterException(
          "FLASHQ_HTTP_TLS=required: a local cluster is watched by plain HTTP; take 'optional'");
    }
    int[][] ports =
        plan.tcpPort == 0 ? freePorts(plan.nodes) : fixedPorts(plan.nodes, plan.tcpPort);
    var members = new ArrayList<String>();
    for (int i = 0; i < plan.nodes; i++) {
      members.add(
          "n" + (i + 1) + "@127.0.0.1:" + ports[i][0] + "/" + ports[i][1] + "/" + ports[i][2]);
    }
    var nodes = new ArrayList<LocalNode>();
    for (int i = 0; i < plan.nodes; i++) {
      String id = "n" + (i + 1);
      Map<String, String> environment = new LinkedHashMap<>(plan.settings);
      environment.put("FLASHQ_NODE_ID", id);
      environment.put("FLASHQ_CLUSTER_MEMBERS", String.join(",", members));
      environment.put("FLASHQ_DATA_FOLDER", plan.data.resolve(id).toString());
      environment.put("FLASHQ_PEER_DEVELOPMENT_CA", plan.data.resolve("ca").toString());
      environment.put("FLASHQ_TCP_PORT", Integer.toString(ports[i][1]));
      environment.put("FLASHQ_HTTP_PORT", Integer.toString(ports[i][2]));
      nodes.add(
          new LocalNode(
              id,
              ports[i][1],
              ports[i][2],
              plan.java,
              environment,
              plan.data.resolve(id + ".log")));
    }
    return new LocalCluster(plan, nodes);
  }

  private static int[][] fixedPorts(int nodes, int first) {
    int[][] ports = new int[nodes][];
    for (int i = 0; i < nodes; i++) {
      int tcp = first + 100 * i;
      ports[i] = new int[] {tcp + 1000, tcp, tcp + 1};
      for (int port : ports[i]) {
        requireFree(port);
      }
    }
    return ports;
  }

  private static void requireFree(int port) {
    if (!isFree(port)) {
      throw new LocalClusterException(
          "port " + port + " is in use; is another cluster running on this machine?");
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Free ports that no outgoing connection is given: a client that tries a dead node again and
   * again would otherwise take the node's own port one day, and the node could not come back.
   */
  private static int[][] freePorts(int nodes) {
    int[][] ports = new int[nodes][3];
    int next = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
    for (int[] triple : ports) {
      for (int i = 0; i < triple.length; i++) {
        while (next > LAST_PORT || !isFree(next)) {
          next = next >= LAST_PORT ? FIRST_PORT : next + 1;
        }
        triple[i] = next++;
      }
    }
    return ports;
  }

  public List<LocalNode> nodes() {
    return nodes;
  }

  public LocalNode node(String id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
  }

  /** Addresses of the TCP ports, as the client takes them. */
  public List<String> addresses() {
    return nodes.stream().map(node -> "127.0.0.1:" + node.tcpPort()).collect(Collectors.toList());
  }

  public LocalCluster start() {
    nodes.forEach(LocalNode::start);
    return this;
  }

  /**
   * Waits until a leader serves and every node is ready that was not stopped; fails with the
   * output's place when one has stopped by itself or it takes too long.
   */
  public LocalCluster awaitReady(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      nodes.stream()
          .filter(LocalNode::hasStoppedByItself)
          .findFirst()
          .ifPresent(
              node -> {
                throw notReady("node " + node.id() + " has stopped; see " + node.output());
              });
      if (nodes.stream().allMatch(node -> !node.isWanted() || isReady(node))) {
        return this;
      }
      if (System.nanoTime() > end) {
        throw notReady(
            "the cluster is not ready after "
                + limit.toSeconds()
                + " s; see "
                + nodes.getFirst().output());
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** The nodes' output is to be read: the folder stays, even a temporary one. */
  private LocalClusterException notReady(String sentence) {
    outputMatters = true;
    return new LocalClusterException(sentence);
  }

  private boolean isReady(LocalNode node) {
    return get(node, "/health/ready").filter(answer -> answer.statusCode() == 200).isPresent();
  }

  /** The leader as the living nodes know it. */
  public Optional<LocalNode> leader() {
    return nodes.stream()
        .filter(LocalNode::isAlive)
        .map(node -> get(node, "/cluster"))
        .flatMap(Optional::stream)
        .map(answer -> LEADER.matcher(answer.body()))
        .filter(Matcher::find)
        .map(matcher -> node(matcher.group(1)))
        .filter(LocalNode::isAlive)
        .findFirst();
  }

  /** Waits for a living leader. */
  public LocalNode awaitLeader(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<LocalNode> leader = leader();
      if (leader.isPresent()) {
        return leader.get();
      }
      if (System.nanoTime() > end) {
        throw new LocalClusterException("no leader after " + limit.toSeconds() + " s");
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** A GET on the node's HTTP port; empty when it does not answer. */
  public Optional<HttpResponse<String>> get(LocalNode node, String path) {
    try {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
              .timeout(Duration.ofSeconds(2));
      plan.token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
      return Optional.of(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Closes the cluster also when this process is told to end. */
  public LocalCluster closeOnExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop"));
    return this;
  }

  /** Stops all nodes, at the same time, and removes a temporary folder. */
  @Override
  public synchronized void close() {
    nodes.forEach(LocalNode::requestStop);
    nodes.forEach(LocalNode::stop);
    http.close();
    if (plan.temporary && !outputMatters) {
      try {
        Folders.delete(plan.data);
      } catch (IOException e) {
        throw new LocalClusterException(plan.data + " cannot be removed: " + e.getMessage(), e);
      }
    }
  }
}
