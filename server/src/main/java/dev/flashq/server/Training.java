package dev.flashq.server;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import dev.flashq.client.Job;
import dev.flashq.client.NewJob;
import dev.flashq.launcher.TryOutKey;
import dev.flashq.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A short life of three nodes under load; the JDK notes what it learns for the next starts (the AOT
 * cache).
 */
final class Training {
  private static final int NODES = 3;
  private static final int ROUNDS = 48;
  private static final String ENCRYPTED = "encrypted";
  private static final int JOBS = 500;

  /** Three cold nodes in one JVM on a busy machine are slow, and nothing is wrong with that. */
  private static final Duration ANSWER = Duration.ofMinutes(2);

  private static final Duration PAUSE = Duration.ofMillis(200);

  private Training() {}

  static int run() {
    try {
      Path data = Files.createTempDirectory("flashq-training-");
      List<ServerConfig> configs = configs(data);
      Logging.configure(configs.getFirst().log());
      var nodes = new ArrayList<Node>();
      try (FlashQ client = client(configs, nodes)) {
        encrypt(client);
        for (int round = 0; round < ROUNDS; round++) {
          // Without profiles of it, ciphers would run uncompiled for the first minutes of a node.
          String queue = round % 4 == 0 ? ENCRYPTED : "training";
          cycle(client, queue);
          batches(client, queue);
        }
        client.stats().join();
      } finally {
        nodes.forEach(Node::close);
        delete(data);
      }
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Three nodes, so that leading and following are learnt. */
  private static List<ServerConfig> configs(Path data) throws IOException {
    var addresses = new ArrayList<String>();
    var ports = new ArrayList<Map<String, String>>();
    for (int i = 1; i <= NODES; i++) {
      int tcp = freePort();
      int http = freePort();
      addresses.add("n" + i + "@127.0.0.1:" + freePort() + "/" + tcp + "/" + http);
      ports.add(
          Map.of(
              "FLASHQ_NODE_ID", "n" + i,
              "FLASHQ_TCP_PORT", Integer.toString(tcp),
              "FLASHQ_HTTP_PORT", Integer.toString(http),
              "FLASHQ_DATA_FOLDER", data.resolve("n" + i).toString()));
    }
    Map<String, String> masterKey = TryOutKey.settings(data);
    var configs = new ArrayList<ServerConfig>();
    for (Map<String, String> own : ports) {
      var environment = new TreeMap<>(own);
      environment.put("FLASHQ_CLUSTER_MEMBERS", String.join(",", addresses));
      environment.put("FLASHQ_PEER_DEVELOPMENT_CA", data.resolve("ca").toString());
      environment.putAll(masterKey);
      configs.add(ServerConfig.load(null, environment));
    }
    return configs;
  }

  private static FlashQ client(List<ServerConfig> configs, List<Node> nodes) {
    configs.forEach(config -> nodes.add(Node.start(config, Throwable::printStackTrace)));
    return FlashQ.at(configs.stream().map(config -> "127.0.0.1:" + config.tcp().port()).toList())
        .timeout(ANSWER)
        .connect();
  }

  /** The cluster has just been made, and may have no ring key yet. */
  private static void encrypt(FlashQ client) {
    long end = System.nanoTime() + ANSWER.toNanos();
    while (true) {
      try {
        client.privacy().encrypt(ENCRYPTED).join();
        return;
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof FlashQException) || System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static void cycle(FlashQ client, String queue) {
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      answers.add(client.push(queue, Data.json("{\"n\":" + i + "}")));
    }
    answers.forEach(CompletableFuture::join);
    for (List<Job> jobs = pull(client, queue); !jobs.isEmpty(); jobs = pull(client, queue)) {
      List<CompletableFuture<Void>> acks = jobs.stream().map(client::ack).toList();
      acks.forEach(CompletableFuture::join);
    }
  }

  private static void batches(FlashQ client, String queue) {
    List<NewJob> batch =
        IntStream.range(0, JOBS).mapToObj(i -> new NewJob(Data.json("{\"n\":" + i + "}"))).toList();
    client.pushAll(queue, batch).join();
    for (List<Job> jobs = pull(client, queue); !jobs.isEmpty(); jobs = pull(client, queue)) {
      client.ackAll(jobs).join();
    }
  }

  private static List<Job> pull(FlashQ client, String queue) {
    return client.pull(queue, 100, Duration.ZERO).join();
  }

  private static void delete(Path folder) throws IOException {
    List<Path> inside;
    try (Stream<Path> files = Files.walk(folder)) {
      inside = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : inside) {
      Files.delete(file);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
