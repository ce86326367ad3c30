package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that want to use up nodes of 512 MB: no node ends, and small pushes of others are
 * answered meanwhile. The last word is a start after all were killed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileTest {
  private static final Duration START = Duration.ofSeconds(120);

  /** How long an attack goes on. */
  private static final Duration ATTACK = Duration.ofSeconds(8);

  /**
   * Milliseconds in which 99 of 100 small pushes of others are answered, on two cores that nodes,
   * attackers and clients share. It tells starving from working; how long they take is printed.
   */
  private static final long STARVED_MS = 5_000;

  private static final int LARGE_BYTES = 9_900 * 1024;
  private static final Pattern ID = Pattern.compile("\"id\":([0-9]+)");

  @TempDir static Path data;

  private LocalCluster cluster;

  @BeforeAll
  void start() throws IOException {
    cluster =
        LocalCluster.plan(
                new LocalCluster.Plan(
                    3, data, 0, BuiltNode.command(), Map.of("FLASHQ_LOG_LEVEL", "warn")))
            .start();
    cluster.awaitReady(START);
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  /** One attacker; it may be refused and cut off at any time. */
  private interface Attacker {
    void attack(int number) throws IOException;
  }

  @Test
  void noNodeEndsAndSmallPushesOfOthersAreAnswered() throws Exception {
    attack("nobody", 0, _ -> {});
    attack("unfinished lines", 16, this::leaveLineUnfinished);
    attack("unfinished bodies", 8, this::leaveBodyUnfinished);
    String id = pushLarge();
    attack("unread answers by HTTP", 20, number -> leaveUnread(number, id));
    attack("unread answers by TCP", 20, number -> leaveUnreadByTcp(number, id));
    attack("heavy headers", 2, this::pushHeavyHeaders);
    attack("unread deliveries", 4, this::pullUnread);
    attack("idle connections", 20, this::openMany);
    attack("large pushes", 2, this::pushLargeInALoop);

    cluster.nodes().forEach(LocalNode::kill);
    cluster.nodes().forEach(LocalNode::start);
    cluster.awaitReady(START);
    try (Client client = new Client(node(0))) {
      assertThat(client.ask("{'cmd':'PUSH','queue':'others','data':1}")).contains("\"ok\":true");
    }
  }

  private LocalNode node(int number) {
    return cluster.nodes().get(number % cluster.nodes().size());
  }

  private void attack(String name, int attackers, Attacker attacker) throws InterruptedException {
    List<Thread> threads =
        IntStream.range(0, attackers)
            .mapToObj(number -> Thread.ofVirtual().start(() -> quietly(attacker, number)))
            .toList();
    List<Long> answered = pushSmall();
    for (Thread thread : threads) {
      thread.interrupt();
      thread.join();
    }
    Collections.sort(answered);
    long p99 = answered.get((int) (answered.size() * 0.99));
    System.out.printf(
        "HostileTest: %s: %d small pushes, p50 %d ms, p99 %d ms%n",
        name, answered.size(), answered.get(answered.size() / 2), p99);
    assertThat(cluster.nodes()).as(name).allMatch(LocalNode::isAlive);
    assertThat(p99).as(name).isLessThan(STARVED_MS);
  }

  private static void quietly(Attacker attacker, int number) {
    try {
      attacker.attack(number);
    } catch (IOException e) {
      // Refused or cut off.
    }
  }

  /** Milliseconds that each small push took, as long as an attack goes on. */
  private List<Long> pushSmall() {
    var times = new ArrayList<Long>();
    long end = System.nanoTime() + ATTACK.toNanos();
    for (int node = 0; System.nanoTime() < end; node++) {
      long begun = System.nanoTime();
      try (Client client = new Client(node(node))) {
        for (begun = System.nanoTime(); System.nanoTime() < end; begun = System.nanoTime()) {
          assertThat(client.ask("{'cmd':'PUSH','queue':'others','data':1}"))
              .containsAnyOf("\"ok\":true", "OUTCOME_UNKNOWN", "SERVICE_UNAVAILABLE");
          times.add(Duration.ofNanos(System.nanoTime() - begun).toMillis());
        }
      } catch (IOException e) {
        times.add(Duration.ofNanos(System.nanoTime() - begun).toMillis());
      }
    }
    return times;
  }

  private void leaveLineUnfinished(int number) throws IOException {
    try (Client client = new Client(node(number))) {
      client.send("{'cmd':'PUSH','queue':'h','data':'");
      client.fill(15_900_000);
      client.linger();
    }
  }

  private void leaveBodyUnfinished(int number) throws IOException {
    try (Client client = Client.http(node(number))) {
      client.send("POST /queues/h/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 16700000\r\n\r\n");
      client.fill(15_900_000);
      client.linger();
    }
  }

  private String pushLarge() throws IOException {
    try (Client client = new Client(node(0))) {
      Matcher id = ID.matcher(client.ask(large("one", "'delay':1000000000,")));
      assertThat(id.find()).isTrue();
      return id.group(1);
    }
  }

  private static String large(String queue, String options) {
    return "{'cmd':'PUSH','queue':'"
        + queue
        + "',"
        + options
        + "'data':'"
        + "x".repeat(LARGE_BYTES)
        + "'}";
  }

  private void leaveUnread(int number, String id) throws IOException {
    try (Client client = Client.http(node(number))) {
      client.send(("GET /jobs/" + id + " HTTP/1.1\r\nHost: x\r\n\r\n").repeat(40));
      client.linger();
    }
  }

  private void leaveUnreadByTcp(int number, String id) throws IOException {
    try (Client client = new Client(node(number))) {
      client.send(("{'cmd':'GETJOB','reqId':'1','id':" + id + "}\n").repeat(200));
      client.linger();
    }
  }

  private void pushHeavyHeaders(int number) throws IOException {
    String tags = "'" + "t".repeat(250) + "',";
    String job = "{'data':1,'tags':[" + tags.repeat(63) + "'t']}";
    String batch =
        "{'cmd':'PUSHB','queue':'tags"
            + number
            + "','jobs':["
            + (job + ",").repeat(199)
            + job
            + "]}";
    try (Client client = new Client(node(number))) {
      while (!Thread.currentThread().isInterrupted()) {
        client.ask(batch);
        client.send("{'cmd':'PULLB','queue':'tags" + number + "','count':100}\n");
        client.ask("{'cmd':'PING'}");
      }
    }
  }

  private void pullUnread(int number) throws IOException {
    try (Client client = new Client(node(number))) {
      String job = "{'data':'" + "y".repeat(900_000) + "'},";
      client.ask("{'cmd':'PUSHB','queue':'unread','jobs':[" + job.repeat(8) + "{'data':1}]}");
      client.send("{'cmd':'PULLB','queue':'unread','count':1000}\n".repeat(10));
      client.linger();
    }
  }

  private void openMany(int number) throws IOException {
    var clients = new ArrayList<Client>();
    try {
      for (int i = 0; i < 100; i++) {
        clients.add(new Client(node(i)));
      }
      clients.getFirst().linger();
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  private void pushLargeInALoop(int number) throws IOException {
    String push = large("large" + number, "");
    try (Client client = new Client(node(number))) {
      while (!Thread.currentThread().isInterrupted()) {
        Matcher id = ID.matcher(client.ask(push));
        if (id.find()) {
          client.ask("{'cmd':'CANCEL','id':" + id.group(1) + "}");
        }
      }
    }
  }

  /** A connection; single quotes stand for double ones. */
  private static final class Client implements AutoCloseable {
    private final Socket socket = new Socket();
    private final BufferedReader in;

    Client(LocalNode node) throws IOException {
      this(node.tcpPort());
    }

    static Client http(LocalNode node) throws IOException {
      return new Client(node.httpPort());
    }

    private Client(int port) throws IOException {
      socket.setReceiveBufferSize(64 * 1024);
      socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
      socket.setSoTimeout(20_000);
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.replace('\'', '"').getBytes(UTF_8));
    }

    String ask(String request) throws IOException {
      send(request + "\n");
      String answer = in.readLine();
      if (answer == null) {
        throw new IOException("the node has ended the connection");
      }
      return answer;
    }

    /** Sends so many bytes of no meaning. */
    void fill(int bytes) throws IOException {
      byte[] part = "x".repeat(100_000).getBytes(US_ASCII);
      for (int sent = 0; sent < bytes; sent += part.length) {
        socket.getOutputStream().write(part);
      }
    }

    /** Reads nothing until the attack is over. */
    void linger() {
      while (!Thread.currentThread().isInterrupted()) {
        LockSupport.park();
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
