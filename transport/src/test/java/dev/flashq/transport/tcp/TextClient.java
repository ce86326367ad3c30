package dev.flashq.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that speaks JSON lines. */
final class TextClient implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader in;
  private final OutputStream out;

  TextClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    out = socket.getOutputStream();
  }

  /** Sends a line, with single quotes for double ones, and answers the next line. */
  String ask(String line) throws IOException {
    send(line);
    return answer();
  }

  void send(String line) throws IOException {
    raw((line.replace('\'', '"') + "\n").getBytes(UTF_8));
  }

  void raw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** The next line; fails at the end. */
  String answer() throws IOException {
    String line = in.readLine();
    if (line == null) {
      throw new IOException("closed");
    }
    return line;
  }

  List<String> answers(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(answer());
    }
    return lines;
  }

  /** The next line; null at the end. */
  @Nullable String answerOrEnd() throws IOException {
    return in.readLine();
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
