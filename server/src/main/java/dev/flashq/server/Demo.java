package dev.flashq.server;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import dev.flashq.client.Job;
import dev.flashq.client.PushOptions;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalClusterException;
import dev.flashq.launcher.LocalNode;
import dev.flashq.launcher.NodeCommand;
import dev.flashq.server.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@code flashq demo}: e-mails from a file go through three nodes, the leader is killed halfway,
 * all get sent.
 */
final class Demo {
  private static final String QUEUE = "e-mails";
  private static final int WORKERS = 4;
  private static final int MAX_EMAILS = 100_000;
  private static final Duration START = Duration.ofSeconds(60);

  private final LocalCluster cluster;
  private final List<Data> emails;
  private final Map<Long, Integer> sent = new ConcurrentHashMap<>();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final CountDownLatch halfDone;
  private final CountDownLatch allDone;

  private Demo(LocalCluster cluster, List<Data> emails) {
    this.cluster = cluster;
    this.emails = emails;
    this.halfDone = new CountDownLatch(emails.size() / 2);
    this.allDone = new CountDownLatch(emails.size());
  }

  /** Answers the process's exit code: 0 when every e-mail was sent. */
  static int run(List<String> args) {
    Options options = Options.parse(args, List.of("--emails"), List.of());
    List<Data> emails =
        read(
            options.value(
                "--emails", System.getProperty("flashq.home", ".") + "/demo/emails.jsonl"));
    try {
      Path data = Files.createTempDirectory("flashq-demo-");
      System.out.println("starting three nodes in " + data + " ...");
      var plan =
          new LocalCluster.Plan(
                  3, data, 0, NodeCommand.ofThisJvm(), Map.of("FLASHQ_LOG_LEVEL", "warn"))
              .inTemporaryFolder();
      try (LocalCluster cluster = LocalCluster.plan(plan).closeOnExit()) {
        cluster.start().awaitReady(START);
        return new Demo(cluster, emails).play() ? 0 : 1;
      }
    } catch (IOException | LocalClusterException e) {
      System.err.println("flashq: the demo ends: " + e.getMessage());
      return Main.EXIT_FAILED;
    }
  }

  /** One e-mail a line, as JSON. */
  private static List<Data> read(String file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      throw new ConfigException("the e-mails cannot be read from " + file + ": " + e.getMessage());
    }
    var emails = new ArrayList<Data>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        try {
          emails.add(Data.json(lines.get(i)));
        } catch (RuntimeException e) {
          throw new ConfigException(file + ", line " + (i + 1) + ": " + e.getMessage());
        }
      }
    }
    if (emails.size() < 2 || emails.size() > MAX_EMAILS) {
      throw new ConfigException(
          file + " holds " + emails.size() + " e-mails; expected: 2 to " + MAX_EMAILS);
    }
    return emails;
  }

  private boolean play() {
    try (FlashQ client = FlashQ.at(cluster.addresses()).timeout(Duration.ofSeconds(20)).connect()) {
      Set<Long> ids = push(client);
      var workers = new ArrayList<Thread>();
      for (int i = 0; i < WORKERS; i++) {
        workers.add(Thread.ofPlatform().daemon().start(() -> work(client)));
      }
      killTheLeaderHalfway();
      boolean done = allDone.await(120, TimeUnit.SECONDS);
      workers.forEach(Thread::interrupt);
      return report(ids, done);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Set<Long> push(FlashQ client) {
    System.out.println("pushing " + emails.size() + " e-mails");
    var options =
        PushOptions.DEFAULTS
            .withRetries(5, Duration.ofMillis(500))
            .withStallTimeout(Duration.ofSeconds(10));
    List<CompletableFuture<Long>> pushes =
        emails.stream().map(email -> client.push(QUEUE, email, options)).toList();
    var ids = new TreeSet<Long>();
    pushes.forEach(push -> ids.add(push.join()));
    System.out.println("all " + ids.size() + " are on disk on a majority of the nodes");
    return ids;
  }

  private void killTheLeaderHalfway() throws InterruptedException {
    halfDone.await(60, TimeUnit.SECONDS);
    LocalNode leader = cluster.awaitLeader(START);
    long start = System.nanoTime();
    leader.kill();
    System.out.println(
        "killed the leader, "
            + leader.id()
            + " (kill -9), after "
            + acknowledged.get()
            + " e-mails");
    LocalNode next = cluster.awaitLeader(START);
    System.out.printf(
        "%s leads after %d ms%n",
        next.id(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
  }

  private void work(FlashQ client) {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        for (Job job : client.pull(QUEUE, 10, Duration.ofSeconds(1)).join()) {
          send(job);
          client.ack(job).join();
          acknowledged.incrementAndGet();
          halfDone.countDown();
          allDone.countDown();
        }
      } catch (CompletionException e) {
        if (!Thread.currentThread().isInterrupted()
            && e.getCause() instanceof FlashQException refused) {
          System.out.println("a worker goes on after: " + refused.getMessage());
        }
      }
    }
  }

  /** Stands for the mail server: notes that the job's e-mail went out. */
  private void send(Job job) {
    sent.merge(job.id(), 1, Integer::sum);
  }

  private boolean report(Set<Long> ids, boolean done) {
    long missing = ids.stream().filter(id -> !sent.containsKey(id)).count();
    long twice = sent.values().stream().filter(times -> times > 1).count();
    System.out.printf(
        "%d e-mails pushed, %d acknowledged, %d never sent, %d sent more than once%n",
        ids.size(), acknowledged.get(), missing, twice);
    System.out.println(done && missing == 0 ? "every job was done" : "SOME JOBS WERE NOT DONE");
    return done && missing == 0;
  }
}
