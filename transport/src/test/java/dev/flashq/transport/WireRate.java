package dev.flashq.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.transport.connection.ListenerSettings;
import dev.flashq.transport.connection.TransportContext;
import dev.flashq.transport.tcp.TcpServer;
import dev.flashq.transport.wire.Answer;
import dev.flashq.transport.wire.Encoding;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.RequestReader;
import dev.flashq.transport.wire.Requests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Requests per second; a program, not a test. */
public final class WireRate {
  private static final String PUSH =
      "{\"cmd\":\"PUSH\",\"queue\":\"emails\",\"data\":{\"to\":\"user@example.com\",\"template\":\"welcome\",\"n\":12345},"
          + "\"priority\":0,\"lifo\":false,\"remove_on_complete\":false,\"remove_on_fail\":false,"
          + "\"reqId\":\"m1x2y3-ab12-000042\"}";

  private WireRate() {}

  /** Answers at once, on a thread of its own, many at a time, as a group commit does. */
  private static final class Instant implements CommandGateway {
    private static final Reply PUSHED =
        new Reply.Pushed(List.of(new Reply.PushOutcome.Accepted(new JobId(123456789), false)));
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final boolean foreign;
    private List<CompletableFuture<Reply>> group = new ArrayList<>();

    Instant(boolean foreign) {
      this.foreign = foreign;
    }

    @Override
    public CompletableFuture<Reply> submit(
        Principal principal, @Nullable RequestId requestId, Command command) {
      if (!foreign) {
        return CompletableFuture.completedFuture(PUSHED);
      }
      CompletableFuture<Reply> reply = new CompletableFuture<>();
      synchronized (this) {
        group.add(reply);
        if (group.size() == 1) {
          thread.execute(this::commit);
        }
      }
      return reply;
    }

    private void commit() {
      List<CompletableFuture<Reply>> all;
      synchronized (this) {
        all = group;
        group = new ArrayList<>();
      }
      all.forEach(reply -> reply.complete(PUSHED));
    }

    @Override
    public <R> CompletableFuture<R> ask(
        Principal principal, Query<R> query, Consistency consistency) {
      throw new UnsupportedOperationException();
    }
  }

  public static void main(String[] arguments) throws Exception {
    byte[] json = PUSH.getBytes(UTF_8);
    MessagePackWriter writer = new MessagePackWriter();
    Transcode.jsonToMessagePack(json, 0, json.length, writer);
    byte[] messagePack = writer.toByteArray();
    for (int round = 0; round < 3; round++) {
      decode("JSON", Encoding.JSON, json);
      decode("MessagePack", Encoding.MESSAGE_PACK, messagePack);
    }
    byte[] line = (PUSH + "\n").getBytes(UTF_8);
    byte[] frame =
        ByteBuffer.allocate(4 + messagePack.length)
            .putInt(messagePack.length)
            .put(messagePack)
            .array();
    for (boolean foreign : new boolean[] {false, true}) {
      for (int round = 0; round < 3; round++) {
        sockets("JSON" + (foreign ? ", foreign thread" : ""), line, foreign);
        sockets("MessagePack" + (foreign ? ", foreign thread" : ""), frame, foreign);
      }
    }
    System.exit(0);
  }

  private static void decode(String name, Encoding encoding, byte[] bytes) {
    RequestReader reader = new RequestReader(encoding);
    Answer answer = new Answer(encoding);
    int count = 3_000_000;
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      var request = reader.read(bytes, 0, bytes.length);
      Plan plan = Requests.plan(request, false);
      answer.write(request.reqId(), plan.shape(), Instant.PUSHED);
      if (answer.out().size() > 60_000) {
        answer.out().clear(100_000);
      }
    }
    report(name + " read, plan, answer", count, begin);
  }

  private static void sockets(String name, byte[] request, boolean foreign) throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    int count = 1_000_000;
    try (TcpServer server =
            new TcpServer(
                new ListenerSettings("tcp", address, 1, ListenerSettings.NEVER),
                new TransportContext(
                    new Instant(foreign),
                    Tokens.NONE,
                    new TransportStats(),
                    TestLimits.LIMITS,
                    () -> new ClusterHints.Hint("n1", "", "", List.of())));
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.start())) {
      long begin = System.nanoTime();
      Thread sender = Thread.ofPlatform().start(() -> send(socket, request, count));
      receive(socket, count);
      report(name + " over a socket", count, begin);
      sender.join();
    }
  }

  private static void send(Socket socket, byte[] request, int count) {
    byte[] many = new byte[request.length * 500];
    for (int i = 0; i < 500; i++) {
      System.arraycopy(request, 0, many, i * request.length, request.length);
    }
    try {
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < count / 500; i++) {
        out.write(many);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every answer is equally long: bytes tell how many there were. */
  private static void receive(Socket socket, int count) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[256 * 1024];
    int first = in.read(buffer);
    boolean text = buffer[0] == '{';
    int length = text ? indexOf(buffer, first) + 1 : ByteBuffer.wrap(buffer).getInt() + 4;
    long left = (long) count * length - first;
    while (left > 0) {
      left -= in.read(buffer);
    }
  }

  private static int indexOf(byte[] buffer, int size) {
    for (int i = 0; i < size; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    throw new IllegalStateException();
  }

  private static void report(String what, int count, long begin) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(Locale.ROOT, "%-45s %,12.0f/s%n", what, count / seconds);
  }
}
