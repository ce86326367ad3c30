package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import dev.flashq.client.Data;
import dev.flashq.launcher.LocalNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Commands as JSON to either port of a node, repeated while nobody leads. */
enum Asked {
  BY_TCP {
    @Override
    String once(LocalNode node, String json) throws IOException {
      try (var socket = new Socket("127.0.0.1", node.tcpPort());
          var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
        socket.setSoTimeout((int) ANSWER.toMillis());
        socket.getOutputStream().write((json + "\n").getBytes(UTF_8));
        String line = in.readLine();
        if (line == null) {
          throw new IOException("the node has closed the connection");
        }
        return line;
      }
    }
  },
  BY_HTTP {
    @Override
    String once(LocalNode node, String json) throws IOException {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + "/api/command"))
              .POST(BodyPublishers.ofString(json))
              .timeout(ANSWER)
              .build();
      try {
        return HTTP.send(request, BodyHandlers.ofString()).body();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
  };

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Nothing came of it: there is no leader, or the first one has not raised the level yet. */
  private static final List<String> AGAIN =
      List.of("\"code\":\"SERVICE_UNAVAILABLE\"", "\"code\":\"FEATURE_LEVEL\"");

  abstract String once(LocalNode node, String json) throws IOException;

  /** What is said in the end; single quotes stand for double ones. */
  String say(LocalNode node, String command) {
    String json = command.replace('\'', '"');
    return await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .ignoreExceptionsMatching(IOException.class::isInstance)
        .until(() -> once(node, json), answer -> AGAIN.stream().noneMatch(answer::contains));
  }

  /** The same when it must be no refusal. */
  Said done(LocalNode node, String command) {
    String answer = say(node, command);
    if (!answer.contains("\"ok\":true")) {
      throw new UncheckedIOException(new IOException(command + ": " + answer));
    }
    return new Said((Map<?, ?>) requireNonNull(Data.json(answer).value()));
  }

  /** The fields of an answer. */
  record Said(Map<?, ?> fields) {
    Object get(String name) {
      return requireNonNull(fields.get(name), name);
    }

    long number(String name) {
      return ((Number) get(name)).longValue();
    }
  }
}
