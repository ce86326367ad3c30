package dev.flashq.bench;

import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalClusterException;
import dev.flashq.launcher.LocalNode;
import dev.flashq.launcher.NodeCommand;
import dev.flashq.launcher.TryOutKey;
import dev.flashq.protocol.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
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
  private static final int UNANSWERED = 1000;
  private static final double FAILOVER_RATE = 5000;

  /** Of a frame, for what stands around the data of its jobs. */
  private static final int FRAME_MARGIN = 1 << 20;

  private @Nullable LocalCluster cluster;

  @Option(
      names = "--target",
      split = ",",
      description = "host:port of the cluster's nodes; default: start one")
  private List<String> targets = new ArrayList<>();

  @Option(names = "--token", description = "token of the target")
  private @Nullable String token;

  @Option(names = "--tls", description = "PEM file of the target's authority: talks TLS to it")
  private @Nullable Path tls;

  @Option(names = "--nodes", description = "nodes to start, 1 to 7 (3)")
  private @Nullable Integer nodes;

  @Option(
      names = "--data",
      description = "folder of the started nodes; default: a temporary one, removed at the end")
  private @Nullable Path data;

  @Option(
      names = "--workload",
      split = ",",
      description =
          "among ${COMPLETION-CANDIDATES}; default: all, of a target all but W4. W4 kills the"
              + " leader at half of the rate of the W2 before it, or at 5000 cycles/s; W5 runs"
              + " once for each --rate")
  private List<Workload> workloads = new ArrayList<>();

  @Option(
      names = "--payload",
      description = "bytes of JSON per job, 34 to 100000 (${DEFAULT-VALUE})",
      defaultValue = "256")
  private int payload;

  @Option(
      names = "--connections",
      description = "of the load generator, 1 to 100 (${DEFAULT-VALUE})",
      defaultValue = "4")
  private int connections;

  @Option(
      names = "--warmup",
      description = "seconds, 0 to 3600 (${DEFAULT-VALUE})",
      defaultValue = "60")
  private int warmup;

  @Option(
      names = "--duration",
      description = "seconds per workload, 1 to 3600 (${DEFAULT-VALUE})",
      defaultValue = "20")
  private int duration;

  @Option(
      names = "--batch",
      description = "jobs per push in W1b, 1 to 1000 (${DEFAULT-VALUE})",
      defaultValue = "1000")
  private int batch;

  @Option(
      names = "--rate",
      split = ",",
      description = "cycles/s of W5, 1 to 1000000 each (${DEFAULT-VALUE})",
      defaultValue = "500,5000,10000")
  private List<Integer> rates = new ArrayList<>();

  @Option(
      names = "--backlog",
      description =
          "instead of workloads: fill a queue with so many jobs, kill all nodes, start them, pull;"
              + " 100000 to 200000000")
  private @Nullable Long backlog;

  @Option(
      names = "--encrypted",
      description = "the started nodes have a master key and encrypt the queues of the workloads")
  private boolean encrypted;

  @Option(names = "--json", description = "print one JSON object per workload instead of text")
  private boolean json;

  /** After the options, whose first values it reads. */
  private final CommandLine line = new CommandLine(this);

  enum Workload {
    W1,
    W1b,
    W2,
    W3,
    W4,
    W5
  }

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** Answers 0 when all figures count, 1 when some do not, 2 and a sentence for wrong options. */
  static CommandLine commandLine() {
    return new BenchMain()
        .line.setExecutionExceptionHandler(
            (failure, asked, _) -> {
              Throwable cause =
                  failure instanceof CompletionException ? failure.getCause() : failure;
              if (cause instanceof LocalClusterException
                  || cause instanceof FlashQException
                  || cause instanceof IllegalArgumentException) {
                asked.getErr().println("flashq bench: " + cause.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
              }
              throw failure;
            });
  }

  @Override
  public Integer call() throws IOException {
    check();
    var settings =
        new Settings(
            payload,
            connections,
            Duration.ofSeconds(warmup),
            Duration.ofSeconds(duration),
            batch,
            UNANSWERED,
            5000,
            rates,
            encrypted);
    if (!targets.isEmpty()) {
      FlashQ.Builder client = FlashQ.at(targets).token(token == null ? "" : token);
      return run((tls == null ? client : client.tls(tls))::connect, settings);
    }
    Path folder = data == null ? Files.createTempDirectory("flashq-bench-") : data;
    var plan =
        new LocalCluster.Plan(
            nodes == null ? 3 : nodes, folder, 0, NodeCommand.ofThisJvm(), nodeSettings(folder));
    try (LocalCluster started =
        LocalCluster.plan(data == null ? plan.inTemporaryFolder() : plan).closeOnExit()) {
      started.start().awaitReady(Duration.ofSeconds(60));
      cluster = started;
      Supplier<FlashQ> clients = () -> FlashQ.at(started.addresses()).connect();
      if (backlog == null) {
        return run(clients, settings);
      }
      Result result = new Backlog(started, clients, settings, this::say).run(backlog, folder);
      print(result);
      return result.exact() ? 0 : 1;
    }
  }

  private Map<String, String> nodeSettings(Path folder) throws IOException {
    var all = new HashMap<>(Map.of("FLASHQ_LOG_LEVEL", backlog == null ? "warn" : "info"));
    if (encrypted) {
      all.putAll(TryOutKey.settings(folder));
    }
    return all;
  }

  private void check() {
    within("--payload", payload, Payload.MIN_BYTES, 100_000);
    within("--connections", connections, 1, 100);
    within("--warmup", warmup, 0, 3600);
    within("--duration", duration, 1, 3600);
    rates.forEach(rate -> within("--rate", rate, 1, 1_000_000));
    within("--batch", batch, 1, Limits.JOBS_PER_COMMAND);
    within("--nodes", nodes == null ? 3 : nodes, 1, 7);
    within("--backlog", backlog == null ? 100_000 : backlog, 100_000, 200_000_000);
    boolean batches = workloads.isEmpty() || workloads.contains(Workload.W1b);
    if (batches && (long) payload * batch > Limits.FRAME_BYTES - FRAME_MARGIN) {
      throw wrong("--payload times --batch is more than a frame can hold, 16 MiB");
    }
    boolean aTarget = !targets.isEmpty();
    if (aTarget && (nodes != null || data != null || backlog != null || encrypted)) {
      throw wrong(
          "--nodes, --data, --backlog and --encrypted are for a cluster that is started, not a"
              + " --target");
    }
    if (!aTarget && token != null) {
      throw wrong("--token is for a --target");
    }
    if (!aTarget && tls != null) {
      throw wrong("--tls is for a --target");
    }
    if (aTarget && workloads.contains(Workload.W4)) {
      throw wrong("W4 kills the leader, which only a cluster that is started here can lose");
    }
    if (backlog != null && (!workloads.isEmpty() || encrypted)) {
      throw wrong("--backlog takes no --workload and no --encrypted");
    }
  }

  private void within(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw wrong(option + " is " + value + "; expected: a number from " + min + " to " + max);
    }
  }

  private CommandLine.ParameterException wrong(String sentence) {
    return new CommandLine.ParameterException(line, sentence);
  }

  private int run(Supplier<FlashQ> clients, Settings settings) {
    // Refused or unreachable: said before the warm-up.
    try (FlashQ client = clients.get()) {
      client.stats().join();
      if (encrypted) {
        Encrypted.encrypt(client);
      }
    }
    var bench = new Workloads(clients, settings, this::use);
    if (warmup > 0) {
      say("warm-up: " + warmup + " s of full cycles, not measured");
      bench.warmUp();
    }
    boolean exact = true;
    double cyclesPerSecond = 0;
    for (Workload workload : chosen()) {
      if (workload == Workload.W5) {
        for (int rate : settings.rates()) {
          exact &= measured(() -> bench.steady(rate)).exact();
        }
        continue;
      }
      double before = cyclesPerSecond;
      Result result =
          measured(
              switch (workload) {
                case W1 -> bench::pushes;
                case W1b -> bench::batchPushes;
                case W2 -> bench::cycles;
                case W3 -> bench::oneByOne;
                case W4, W5 -> () -> failover(bench, before);
              });
      if (workload == Workload.W2) {
        cyclesPerSecond = result.figures().getOrDefault("cycles_per_s", 0.0);
      }
      exact &= result.exact();
    }
    return exact ? 0 : 1;
  }

  private Result measured(Supplier<Result> workload) {
    Map<String, NodeUse> before = use();
    long start = System.nanoTime();
    Result result = workload.get();
    print(result.with(usedSince(before, (System.nanoTime() - start) / 1e9)));
    return result;
  }

  private List<Workload> chosen() {
    if (!workloads.isEmpty()) {
      return workloads;
    }
    return Stream.of(Workload.values())
        .filter(workload -> workload != Workload.W4 || cluster != null)
        .toList();
  }

  private Result failover(Workloads bench, double cyclesPerSecond) {
    LocalCluster started = Objects.requireNonNull(cluster);
    var killed = new ArrayList<LocalNode>();
    Result result =
        bench.failover(
            cyclesPerSecond > 0 ? cyclesPerSecond / 2 : FAILOVER_RATE,
            () -> {
              LocalNode leader = started.awaitLeader(Duration.ofSeconds(10));
              leader.kill();
              killed.add(leader);
            });
    killed.forEach(LocalNode::start);
    started.awaitReady(Duration.ofSeconds(60));
    return result;
  }

  private void print(Result result) {
    System.out.println(json ? result.json() : result.text());
  }

  /** What each node has used so far; nothing is known of a target's. */
  private Map<String, NodeUse> use() {
    var used = new LinkedHashMap<String, NodeUse>();
    if (cluster != null) {
      cluster.nodes().forEach(node -> used.put(node.id(), NodeUse.of(node.pid())));
    }
    return used;
  }

  private List<Result.Use> usedSince(Map<String, NodeUse> before, double seconds) {
    return use().entrySet().stream()
        .map(
            after ->
                new Result.Use(
                    after.getKey(),
                    after
                            .getValue()
                            .cpuSecondsSince(Objects.requireNonNull(before.get(after.getKey())))
                        / seconds,
                    after.getValue().residentMiB()))
        .toList();
  }

  private void say(String line) {
    if (json) {
      System.err.println(line);
    } else {
      System.out.println(line);
    }
  }
}
