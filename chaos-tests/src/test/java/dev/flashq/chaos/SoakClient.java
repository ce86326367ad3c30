package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.launcher.LocalNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pushes, pulls and acknowledges by the token that it is given, whatever it may do, and notes what
 * it is told. Nothing is sent twice.
 */
abstract class SoakClient extends SoakThread {
  private static final Pattern CODE = Pattern.compile("\"code\":\"([A-Z_]+)\"");
  private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");
  private static final Pattern IDS = Pattern.compile("\"ids\":\\[([0-9,]+)]");
  private static final Pattern LEASED = Pattern.compile("\"id\":(\\d+).*?\"lease\":(\\d+)");
  private static final List<String> QUEUES = List.of("jobs.a", "jobs.b");

  final SoakNotes notes;
  private final List<LocalNode> nodes;

  SoakClient(String name, List<LocalNode> nodes, SoakNotes notes) {
    super(name, notes);
    this.nodes = nodes;
    this.notes = notes;
  }

  LocalNode anyNode() {
    return nodes.get(ThreadLocalRandom.current().nextInt(nodes.size()));
  }

  static String anyQueue() {
    return QUEUES.get(ThreadLocalRandom.current().nextInt(QUEUES.size()));
  }

  /** Notes the jobs of an answer to one push. */
  void pushed(String answer) {
    if (succeeded(answer)) {
      Matcher id = ID.matcher(answer);
      Matcher ids = IDS.matcher(answer);
      if (ids.find()) {
        for (String each : ids.group(1).split(",")) {
          notes.pushed.add(Long.valueOf(each));
        }
      } else if (id.find()) {
        notes.pushed.add(Long.valueOf(id.group(1)));
      }
    }
  }

  /** The jobs of an answer to a pull. */
  List<MatchResult> pulled(String answer) {
    List<MatchResult> jobs =
        succeeded(answer) ? LEASED.matcher(answer).results().toList() : List.of();
    jobs.forEach(job -> notes.pulled.add(Long.valueOf(job.group(1))));
    return jobs;
  }

  void acked(MatchResult job, String answer) {
    if (succeeded(answer)) {
      notes.acked.add(Long.valueOf(job.group(1)));
    }
  }

  private boolean succeeded(String answer) {
    Matcher code = CODE.matcher(answer);
    boolean succeeded = answer.contains("\"ok\":true");
    if (!succeeded && code.find()) {
      notes.refused(code.group(1));
    }
    return succeeded;
  }

  /** One who speaks TCP, in a session for as long as that goes. */
  static final class ByTcp extends SoakClient {
    private static final int PATIENCE_MS = 6_000;
    private static final int LOGIN_MS = 600;
    private static final int TURNS = 40;

    private final Supplier<String> token;

    ByTcp(int number, List<LocalNode> nodes, Supplier<String> token, SoakNotes notes) {
      super("soak-tcp-" + number, nodes, notes);
      this.token = token;
    }

    @Override
    void turn() {
      try (Socket socket = new Socket("127.0.0.1", anyNode().tcpPort());
          var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
        // Who tries a token that has ended is answered late, and would wait here for nothing.
        socket.setSoTimeout(LOGIN_MS);
        if (!ask(socket, in, "{'cmd':'AUTH','token':'" + token.get() + "'}")
            .contains("\"ok\":true")) {
          return;
        }
        socket.setSoTimeout(PATIENCE_MS);
        for (int i = 0; i < TURNS && !isEnded(); i++) {
          work(socket, in);
        }
      } catch (IOException e) {
        // The node is down, or the token is good no more.
        pause(20, 60);
      }
    }

    private void work(Socket socket, BufferedReader in) throws IOException {
      String queue = anyQueue();
      String push =
          chance(0.7)
              ? "{'cmd':'PUSH','queue':'" + queue + "','data':1}"
              : "{'cmd':'PUSHB','queue':'" + queue + "','jobs':[{'data':1},{'data':2},{'data':3}]}";
      pushed(ask(socket, in, push));
      String pull = "{'cmd':'PULLB','queue':'" + anyQueue() + "','count':2,'timeout':0}";
      for (MatchResult job : pulled(ask(socket, in, pull))) {
        String lease = ",'lease':" + job.group(2) + "}";
        acked(job, ask(socket, in, "{'cmd':'ACK','id':" + job.group(1) + lease));
      }
      pause(5, 30);
    }

    private static String ask(Socket socket, BufferedReader in, String request) throws IOException {
      socket.getOutputStream().write((request.replace('\'', '"') + "\n").getBytes(UTF_8));
      String answer = in.readLine();
      if (answer == null) {
        throw new IOException("the node has ended the connection");
      }
      return answer;
    }
  }

  /** One who speaks HTTP, and shows its token with each request. */
  static final class ByHttp extends SoakClient {
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private final Supplier<String> token;
    private final HttpClient http =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    ByHttp(int number, List<LocalNode> nodes, Supplier<String> token, SoakNotes notes) {
      super("soak-http-" + number, nodes, notes);
      this.token = token;
    }

    @Override
    void turn() throws InterruptedException {
      LocalNode node = anyNode();
      pushed(send(node, "POST", "/queues/" + anyQueue() + "/jobs", "{'data':1}"));
      String pull = "/queues/" + anyQueue() + "/jobs?count=2&timeout=0";
      for (MatchResult job : pulled(send(node, "GET", pull, ""))) {
        String lease = "{'lease':" + job.group(2) + "}";
        acked(job, send(node, "POST", "/jobs/" + job.group(1) + "/ack", lease));
      }
      pause(5, 30);
    }

    /** The answer; empty when there is none. */
    private String send(LocalNode node, String method, String path, String body)
        throws InterruptedException {
      try {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                    .header("Authorization", "Bearer " + token.get())
                    .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
                    .timeout(PATIENCE)
                    .build(),
                BodyHandlers.ofString())
            .body();
      } catch (IOException e) {
        pause(20, 60);
        return "";
      }
    }

    @Override
    public void close() {
      super.close();
      http.close();
    }
  }
}
