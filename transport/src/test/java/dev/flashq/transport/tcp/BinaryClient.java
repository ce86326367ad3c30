package dev.flashq.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A client that speaks MessagePack; its tests are written in JSON and translated. */
final class BinaryClient implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  BinaryClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  /** Sends a request given as JSON with single quotes, and answers the next answer as JSON. */
  String ask(String json) throws IOException {
    send(json);
    return answer();
  }

  void send(String json) throws IOException {
    frame(pack(json));
  }

  static byte[] pack(String json) {
    byte[] bytes = json.replace('\'', '"').getBytes(UTF_8);
    MessagePackWriter writer = new MessagePackWriter();
    Transcode.jsonToMessagePack(bytes, 0, bytes.length, writer);
    return writer.toByteArray();
  }

  void frame(byte[] body) throws IOException {
    out.writeInt(body.length);
    out.write(body);
    out.flush();
  }

  void raw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  String answer() throws IOException {
    byte[] bytes = answerBytes();
    JsonWriter writer = new JsonWriter();
    Transcode.messagePackToJson(bytes, 0, bytes.length, writer);
    return new String(writer.toByteArray(), UTF_8);
  }

  byte[] answerBytes() throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }

  boolean ended() throws IOException {
    return in.read() < 0;
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
