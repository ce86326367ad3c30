package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalNode;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** Conversations with nodes, by every protocol, in which texts stand as they are. */
final class SecretTalk implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();

  static Socket plain(LocalNode node) throws IOException {
    Socket socket = new Socket("127.0.0.1", node.tcpPort());
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  static Socket encrypted(LocalNode node, SSLContext trust) throws IOException {
    Socket socket = trust.getSocketFactory().createSocket("127.0.0.1", node.tcpPort());
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
  }

  static String ask(Socket socket, BufferedReader in, String request) throws IOException {
    socket.getOutputStream().write((request.replace('\'', '"') + "\n").getBytes(UTF_8));
    return String.valueOf(in.readLine());
  }

  static void login(Socket socket, BufferedReader in, String token) {
    await()
        .atMost(SOON)
        .until(
            () ->
                ask(socket, in, "{'cmd':'AUTH','token':'" + token + "'}").contains("\"ok\":true"));
  }

  static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }

  static String askBinary(Socket socket, String request) throws IOException {
    byte[] json = request.replace('\'', '"').getBytes(UTF_8);
    var packed = new MessagePackWriter();
    Transcode.jsonToMessagePack(json, 0, json.length, packed);
    byte[] body = packed.toByteArray();
    var out = new DataOutputStream(socket.getOutputStream());
    out.writeInt(body.length);
    out.write(body);
    var in = new DataInputStream(socket.getInputStream());
    byte[] answer = new byte[in.readInt()];
    in.readFully(answer);
    var text = new JsonWriter();
    Transcode.messagePackToJson(answer, 0, answer.length, text);
    return new String(text.toByteArray(), UTF_8);
  }

  String http(LocalNode node, String method, String path, String body, String authorization)
      throws IOException, InterruptedException {
    return http(node.httpPort(), method, path, body, authorization);
  }

  String http(int port, String method, String path, String body, String authorization)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", authorization)
            .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
            .timeout(SOON)
            .build();
    return http.send(request, BodyHandlers.ofString()).body();
  }

  /** What comes until the node closes the connection, or says nothing more. */
  static String rest(Socket socket) throws IOException {
    socket.setSoTimeout(1_500);
    socket.shutdownOutput();
    var text = new StringBuilder();
    try {
      for (int next = socket.getInputStream().read(); next >= 0; ) {
        text.append((char) next);
        next = socket.getInputStream().read();
      }
    } catch (SocketTimeoutException e) {
      text.append(" and nothing more");
    } catch (IOException e) {
      text.append(" and ").append(e.getMessage());
    }
    return text.toString();
  }

  @Override
  public void close() {
    http.close();
  }
}
