package dev.flashq.bench;

import dev.flashq.client.FlashQ;
import dev.flashq.ops.local.LocalCluster;
import dev.flashq.ops.local.LocalNode;
import dev.flashq.ops.local.NodeCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./flashq bench}: runs workloads against a cluster of its own or a given one and prints the
 * figures.
 */
@Command(
    name = "flashq bench",
    mixinStandardHelpOptions = true,
    description = "Measures a cluster: one that it starts on this machine, or the one at --target.")
public final class BenchMain implements Callable<Integer> {
  @Option(
      names = "--target",
      split = ",",
      description = "host:port of the cluster's nodes; default: start one")
  private List<String> targets = new ArrayList<>();

  @Option(names = "--token", description = "token of the target", defaultValue = "")
  private String token = "";

  @Option(names = "--nodes", description = "nodes to start (${DEFAULT-VALUE})", defaultValue = "3")
  private int nodes;

  @Option(
      names = "--data",
      description = "folder of the started nodes; default: a temporary one, removed at the end")
  private @Nullable Path data;

  @Option(
      names = "--workload",
      split = ",",
      description = "among W1, W1b, W2, W3, W4",
      defaultValue = "W1,W1b,W2,W3,W4")
  private List<String> workloads = new ArrayList<>();

  @Option(
      names = "--payload",
      description = "bytes of JSON per job (${DEFAULT-VALUE})",
      defaultValue = "256")
  private int payload;

  @Option(names = "--connections", description = "(${DEFAULT-VALUE})", defaultValue = "4")
  private int connections;

  @Option(names = "--warmup", description = "seconds (${DEFAULT-VALUE})", defaultValue = "60")
  private int warmup;

  @Option(
      names = "--duration",
      description = "seconds per workload (${DEFAULT-VALUE})",
      defaultValue = "20")
  private int duration;

  @Option(
      names = "--batch",
      description = "jobs per push in W1b (${DEFAULT-VALUE})",
      defaultValue = "1000")
  private int batch;

  @Option(
      names = "--backlog",
      description =
          "instead of workloads: fill a queue with so many jobs, kill all nodes, start them, pull")
  private long backlog;

  @Option(names = "--json", description = "print one JSON object per workload instead of text")
  private boolean json;

  public static void main(String[] args) {
    System.exit(new CommandLine(new BenchMain()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    var settings =
        new Settings(
            payload,
            connections,
            Duration.ofSeconds(warmup),
            Duration.ofSeconds(duration),
            batch,
            1000,
            5000);
    if (!targets.isEmpty()) {
      return run(new Workloads(() -> FlashQ.at(targets).token(token).connect(), settings), null);
    }
    Path folder = data == null ? Files.createTempDirectory("flashq-bench-") : data;
    var plan =
        new LocalCluster.Plan(
            nodes,
            folder,
            0,
            NodeCommand.ofThisJvm(),
            Map.of("FLASHQ_LOG_LEVEL", backlog > 0 ? "info" : "warn"));
    try (LocalCluster cluster =
        LocalCluster.plan(plan).start().awaitReady(Duration.ofSeconds(60))) {
      if (backlog > 0) {
        return fill(cluster, settings, folder);
      }
      return run(new Workloads(() -> FlashQ.at(cluster.addresses()).connect(), settings), cluster);
    } finally {
      if (data == null) {
        Folders.delete(folder);
      }
    }
  }

  private int fill(LocalCluster cluster, Settings settings, Path folder) throws IOException {
    var filling =
        new Backlog(cluster, () -> FlashQ.at(cluster.addresses()).connect(), settings, this::say);
    Result result = filling.run(backlog, folder);
    print(result);
    return result.exact() ? 0 : 1;
  }

  private int run(Workloads bench, @Nullable LocalCluster cluster) {
    say("warm-up: " + warmup + " s of full cycles, not measured");
    bench.warmUp();
    boolean exact = true;
    double cyclesPerSecond = 0;
    for (String workload : workloads) {
      List<NodeUse> before = use(cluster);
      long start = System.nanoTime();
      Result result =
          switch (workload) {
            case "W1" -> bench.pushes();
            case "W1b" -> bench.batchPushes();
            case "W2" -> bench.cycles();
            case "W3" -> bench.oneByOne();
            case "W4" -> failover(bench, cluster, cyclesPerSecond);
            default ->
                throw new CommandLine.ParameterException(
                    new CommandLine(this), "unknown workload " + workload);
          };
      cyclesPerSecond =
          Math.max(
              cyclesPerSecond,
              workload.equals("W2") ? result.figures().getOrDefault("cycles_per_s", 0.0) : 0);
      print(result);
      printUse(cluster, before, (System.nanoTime() - start) / 1e9);
      exact &= result.exact();
    }
    return exact ? 0 : 1;
  }

  private static Result failover(
      Workloads bench, @Nullable LocalCluster cluster, double cyclesPerSecond) {
    if (cluster == null) {
      return new Result.Builder("W4", "left out: only a cluster started here can lose its leader")
          .build();
    }
    var killed = new LocalNode[1];
    Result result =
        bench.failover(
            cyclesPerSecond > 0 ? cyclesPerSecond / 2 : 5000,
            () -> {
              killed[0] = cluster.awaitLeader(Duration.ofSeconds(10));
              killed[0].kill();
            });
    killed[0].start();
    cluster.awaitReady(Duration.ofSeconds(60));
    return result;
  }

  private void print(Result result) {
    System.out.println(json ? result.json() : result.text());
  }

  private static List<NodeUse> use(@Nullable LocalCluster cluster) {
    return cluster == null
        ? List.of()
        : cluster.nodes().stream().map(node -> NodeUse.of(node.pid())).toList();
  }

  /** Over the whole workload, draining included. */
  private void printUse(@Nullable LocalCluster cluster, List<NodeUse> before, double seconds) {
    List<NodeUse> after = use(cluster);
    for (int i = 0; cluster != null && i < after.size(); i++) {
      double cpu = after.get(i).cpuSecondsSince(before.get(i)) / seconds;
      say(
          String.format(
              Locale.ROOT,
              "  node %-19s %14.2f cores, %.0f MiB resident",
              cluster.nodes().get(i).id(),
              cpu,
              after.get(i).residentMiB()));
    }
  }

  private void say(String line) {
    if (json) {
      System.err.println(line);
    } else {
      System.out.println(line);
    }
  }
}
