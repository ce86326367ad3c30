package dev.flashq.client;

import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server that answers each request as the test says; requests and answers are JSON text here. */
public final class FakeNode implements AutoCloseable {
  private static final Pattern REQ_ID = Pattern.compile("\"reqId\":(\\d+)");

  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final ServerSocket listener;
  private final Set<Socket> silent = ConcurrentHashMap.newKeySet();

  /** Address that this node names as the leader's; its own at first. */
  volatile String leaderAddress;

  /** Fields of the answer to a request, or null to close the connection instead. */
  volatile Function<String, @Nullable String> script = _ -> "\"ok\":true";

  /** Whether requests are taken and nothing is answered, as by a process that hangs. */
  volatile boolean cutOff;

  /** Whether even CLUSTER is answered by the script. */
  volatile boolean closedToAll;

  public FakeNode() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    leaderAddress = address();
    Thread.ofVirtual().start(this::accept);
  }

  public String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  public void script(Function<String, @Nullable String> next) {
    script = next;
  }

  /** Requests of one command. */
  public List<String> of(String cmd) {
    return requests.stream()
        .filter(request -> request.contains("\"cmd\":\"" + cmd + "\""))
        .toList();
  }

  /** Answers nothing more on the connections that there are. */
  void silence() {
    silent.addAll(connections);
  }

  private void accept() {
    try {
      while (!listener.isClosed()) {
        Socket socket = listener.accept();
        connections.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket;
        var in = new DataInputStream(socket.getInputStream());
        var out = new DataOutputStream(socket.getOutputStream())) {
      while (true) {
        String request = json(in.readNBytes(in.readInt()));
        requests.add(request);
        if (cutOff || silent.contains(socket)) {
          continue;
        }
        String answer = answer(request);
        if (answer == null) {
          return;
        }
        byte[] frame = messagePack("{" + reqId(request) + answer + "}");
        out.writeInt(frame.length);
        out.write(frame);
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  private @Nullable String answer(String request) {
    return request.contains("\"cmd\":\"CLUSTER\"") && !closedToAll
        ? "\"ok\":true,\"leader_address\":\"" + leaderAddress + "\""
        : script.apply(request);
  }

  private static String reqId(String request) {
    Matcher reqId = REQ_ID.matcher(request);
    return reqId.find() ? "\"reqId\":" + reqId.group(1) + "," : "";
  }

  private static String json(byte[] frame) {
    JsonWriter writer = new JsonWriter();
    Transcode.messagePackToJson(frame, 0, frame.length, writer);
    return new String(writer.toByteArray(), StandardCharsets.UTF_8);
  }

  private static byte[] messagePack(String json) {
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    MessagePackWriter writer = new MessagePackWriter();
    Transcode.jsonToMessagePack(utf8, 0, utf8.length, writer);
    return writer.toByteArray();
  }

  /** Stops as a killed process would. */
  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : connections) {
      socket.close();
    }
  }
}
