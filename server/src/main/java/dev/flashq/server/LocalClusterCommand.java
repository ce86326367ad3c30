package dev.flashq.server;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalClusterException;
import dev.flashq.launcher.LocalNode;
import dev.flashq.launcher.NodeCommand;
import dev.flashq.server.config.ConfigException;
import dev.flashq.server.config.ServerConfig;
import dev.flashq.server.config.TokenConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * {@code flashq cluster}: nodes on loopback until Ctrl-C. Keys in its environment hold for all of
 * them.
 */
final class LocalClusterCommand {
  static final int FIRST_TCP_PORT = 6789;
  private static final Duration START = Duration.ofMinutes(10);

  /** For which a leader is asked for that should be there. */
  private static final Duration ASK = Duration.ofSeconds(3);

  private LocalClusterCommand() {}

  static void run(List<String> args, Map<String, String> environment) {
    Options options = Options.parse(args, List.of("--nodes", "--data"), List.of());
    int nodes = options.number("--nodes", 3, 1, 7);
    Path data = Path.of(options.value("--data", "data"));
    Map<String, String> settings = settings(environment);
    Optional<String> token = firstToken(settings);
    LocalCluster cluster;
    try {
      cluster =
          LocalCluster.plan(
              new LocalCluster.Plan(nodes, data, FIRST_TCP_PORT, NodeCommand.ofThisJvm(), settings)
                  .withToken(token));
    } catch (LocalClusterException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
    cluster.closeOnExit();
    try {
      System.out.println("starting " + nodes + " nodes in " + data.toAbsolutePath() + " ...");
      cluster.start().awaitReady(START);
      print(cluster, data, token.isPresent());
    } catch (LocalClusterException e) {
      System.err.println("flashq: " + e.getMessage());
      System.exit(Main.EXIT_FAILED);
    }
    // Until this process is told to end.
    Main.awaitQuietly(new CountDownLatch(1));
  }

  /** The keys of the configuration in an environment. */
  private static Map<String, String> settings(Map<String, String> environment) {
    var settings = new TreeMap<String, String>(environment);
    settings.keySet().removeIf(name -> !name.startsWith("FLASHQ_") && !name.startsWith("AUTH_"));
    return settings;
  }

  /** The node's own check of the settings, before anything starts. */
  private static Optional<String> firstToken(Map<String, String> settings) {
    ServerConfig config = ServerConfig.load(null, settings);
    return Stream.concat(
            config.tokens().here().stream().flatMap(List::stream).map(TokenConfig::token),
            config.auth().plainTokens().here().stream().flatMap(List::stream))
        .findFirst();
  }

  /** The leader's name; empty when the nodes tell nobody without a token that is known here. */
  private static String leader(LocalCluster cluster) {
    try {
      return cluster.awaitLeader(ASK).id();
    } catch (LocalClusterException e) {
      return "";
    }
  }

  private static void print(LocalCluster cluster, Path data, boolean token) {
    String leader = leader(cluster);
    for (LocalNode node : cluster.nodes()) {
      System.out.printf(
          "  %-3s tcp 127.0.0.1:%d   http http://127.0.0.1:%d   log %s%s%n",
          node.id(),
          node.tcpPort(),
          node.httpPort(),
          node.output(),
          node.id().equals(leader) ? "   (leader)" : "");
    }
    LocalNode first = cluster.nodes().getFirst();
    System.out.println("ready; Ctrl-C stops all. Data stays in " + data + ". Try:");
    System.out.printf(
        "  curl http://127.0.0.1:%d/queues/mail/jobs -d '{\"data\":{\"to\":\"ada@example.org\"}}'%n",
        first.httpPort());
    System.out.printf("  curl http://127.0.0.1:%d/cluster%n", first.httpPort());
    if (token || isProtected(cluster, first)) {
      System.out.println(
          "Clients name a token: {\"cmd\":\"AUTH\",\"token\":\"...\"} before a command on TCP,"
              + " 'Authorization: Bearer ...' on HTTP.");
    }
  }

  private static boolean isProtected(LocalCluster cluster, LocalNode node) {
    return cluster.get(node, "/cluster").filter(page -> page.statusCode() == 401).isPresent();
  }
}
