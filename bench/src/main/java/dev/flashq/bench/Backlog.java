package dev.flashq.bench;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import dev.flashq.client.Job;
import dev.flashq.client.NewJob;
import dev.flashq.client.QueueCounts;
import dev.flashq.launcher.Folders;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Fills a queue, kills all nodes at once and starts them again: what a backlog costs, and how soon
 * it is served.
 */
final class Backlog {
  private static final String QUEUE = "backlog";
  private static final int UNANSWERED = 4;
  private static final int PULLS = 200;
  private static final Duration START = Duration.ofMinutes(3);

  private final LocalCluster cluster;
  private final Supplier<FlashQ> clients;
  private final Settings settings;
  private final SplittableRandom random = new SplittableRandom();
  private final Consumer<String> say;

  Backlog(LocalCluster cluster, Supplier<FlashQ> clients, Settings settings, Consumer<String> say) {
    this.cluster = cluster;
    this.clients = clients;
    this.settings = settings;
    this.say = say;
  }

  Result run(long jobs, Path data) throws IOException {
    long start = System.nanoTime();
    long accepted = fill(jobs);
    double filled = seconds(start);
    say.accept("filled: " + accepted + " jobs");
    report();
    double mebibytes = mebibytes(data) / cluster.nodes().size();

    cluster.nodes().forEach(LocalNode::kill);
    long restart = System.nanoTime();
    cluster.start();
    double firstPull;
    double pulled;
    long kept;
    try (FlashQ client = clients.get()) {
      firstPull = firstPull(client, restart);
      say.accept("serves again");
      report();
      long from = System.nanoTime();
      for (int i = 0; i < PULLS; i++) {
        pull(client);
      }
      pulled = PULLS * 100 / seconds(from);
      QueueCounts counts = client.counts(QUEUE).join();
      kept = counts.waiting() + counts.active();
    }
    report();
    return new Result.Builder(
            "backlog", jobs + " jobs of " + settings.payloadBytes() + " bytes, all nodes killed")
        .exact(kept == jobs && accepted == jobs)
        .figure("kept", kept)
        .figure("fill_s", filled)
        .figure("pushes_per_s", accepted / filled)
        .figure("data_mib_per_node", mebibytes)
        .figure("first_pull_s", firstPull)
        .figure("pulled_jobs_per_s", pulled)
        .build();
  }

  private long fill(long jobs) {
    var accepted = new AtomicLong();
    var unanswered = new Semaphore(UNANSWERED);
    try (FlashQ client = clients.get()) {
      for (long pushed = 0; pushed < jobs; pushed += settings.batch()) {
        unanswered.acquireUninterruptibly();
        int size = (int) Math.min(settings.batch(), jobs - pushed);
        push(client, size, unanswered, accepted);
      }
      unanswered.acquireUninterruptibly(UNANSWERED);
    }
    return accepted.get();
  }

  private void push(FlashQ client, int size, Semaphore unanswered, AtomicLong accepted) {
    var batch = new ArrayList<NewJob>(size);
    for (int i = 0; i < size; i++) {
      batch.add(new NewJob(data()));
    }
    var _ =
        client
            .pushAll(QUEUE, batch)
            .whenComplete(
                (results, failure) -> {
                  if (failure == null) {
                    accepted.addAndGet(results.stream().filter(r -> r.refusal() == null).count());
                  } else {
                    say.accept("a push failed: " + failure);
                  }
                  unanswered.release();
                });
  }

  /** Text that does not compress much, so that the data on disk is as large as it says. */
  private Data data() {
    var json = new StringBuilder(settings.payloadBytes()).append('"');
    while (json.length() < settings.payloadBytes() - 1) {
      json.append((char) ('0' + random.nextInt(64)));
    }
    return Data.json(json.toString().replace('\\', '~') + '"');
  }

  /** Seconds from the start of the nodes until the first jobs are in a client's hands. */
  private double firstPull(FlashQ client, long restart) {
    while (true) {
      try {
        pull(client);
        return seconds(restart);
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof FlashQException) || seconds(restart) > START.toSeconds()) {
          throw e;
        }
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
  }

  private static void pull(FlashQ client) {
    List<Job> jobs = client.pull(QUEUE, 100, Duration.ZERO).join();
    if (jobs.size() != 100) {
      throw new IllegalStateException("a pull of 100 from the backlog got " + jobs.size());
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  /** What each node holds in memory. */
  private void report() throws IOException {
    for (LocalNode node : cluster.nodes()) {
      long resident = Math.round(NodeUse.of(node.pid()).residentMiB());
      say.accept("  " + node.id() + " " + resident + " MiB resident; " + heap(node.pid()));
    }
  }

  private static String heap(long pid) throws IOException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.heap_info")
            .redirectErrorStream(true)
            .start();
    String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return text.lines()
        .map(String::strip)
        .filter(line -> line.contains("Gen") && line.contains("used"))
        .map(line -> line.replaceAll("\\s*\\[.*", "").replaceAll("\\s+", " "))
        .reduce((a, b) -> a + "; " + b)
        .orElse(text.strip());
  }

  private static double mebibytes(Path folder) {
    try {
      return Folders.bytes(folder) / (1024.0 * 1024);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
