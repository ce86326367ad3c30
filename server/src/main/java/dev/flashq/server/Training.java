package dev.flashq.server;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.client.NewJob;
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
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A short life of one node under load; the JDK notes what it learns for the next starts (the AOT
 * cache).
 */
final class Training {
  private static final int ROUNDS = 60;
  private static final int JOBS = 500;

  private Training() {}

  static int run() {
    try {
      Path data = Files.createTempDirectory("flashq-training-");
      int peer = freePort();
      int tcp = freePort();
      int http = freePort();
      ServerConfig config =
          ServerConfig.load(
              null,
              Map.of(
                  "FLASHQ_CLUSTER_MEMBERS", "n1@127.0.0.1:" + peer + "/" + tcp + "/" + http,
                  "FLASHQ_TCP_PORT", Integer.toString(tcp),
                  "FLASHQ_HTTP_PORT", Integer.toString(http),
                  "FLASHQ_DATA_FOLDER", data.resolve("n1").toString(),
                  "FLASHQ_PEER_DEVELOPMENT_CA", data.resolve("ca").toString()));
      Logging.configure(config.log());
      try (Node _ = Node.start(config, Throwable::printStackTrace);
          FlashQ client = FlashQ.at("127.0.0.1:" + tcp).connect()) {
        for (int round = 0; round < ROUNDS; round++) {
          cycle(client);
          batches(client);
        }
        client.stats().join();
      } finally {
        delete(data);
      }
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void cycle(FlashQ client) {
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      answers.add(client.push("training", Data.json("{\"n\":" + i + "}")));
    }
    answers.forEach(CompletableFuture::join);
    for (List<Job> jobs = pull(client); !jobs.isEmpty(); jobs = pull(client)) {
      List<CompletableFuture<Void>> acks = jobs.stream().map(client::ack).toList();
      acks.forEach(CompletableFuture::join);
    }
  }

  private static void batches(FlashQ client) {
    List<NewJob> batch =
        IntStream.range(0, JOBS).mapToObj(i -> new NewJob(Data.json("{\"n\":" + i + "}"))).toList();
    client.pushAll("training", batch).join();
    for (List<Job> jobs = pull(client); !jobs.isEmpty(); jobs = pull(client)) {
      client.ackAll(jobs).join();
    }
  }

  private static List<Job> pull(FlashQ client) {
    return client.pull("training", 100, Duration.ZERO).join();
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
