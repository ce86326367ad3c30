package dev.flashq.transport.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A socket whose owner knows when to write and when to read. */
final class RawClient implements AutoCloseable {
  private final Spoken spoken;
  private final Socket socket;
  private final InputStream in;

  RawClient(Spoken spoken, int port) throws IOException {
    this.spoken = spoken;
    socket = new Socket();
    // What is not read must not vanish in the kernel.
    socket.setReceiveBufferSize(64 * 1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  void send(String requests) throws IOException {
    socket.getOutputStream().write(requests.getBytes(US_ASCII));
  }

  /** Sends what the server may leave in the socket. */
  void sendLater(String requests) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                send(requests);
              } catch (IOException e) {
                // The test has ended.
              }
            });
  }

  String ask(String request) throws IOException {
    send(request);
    return answer();
  }

  String answer() throws IOException {
    String answer = spoken.answer(in);
    if (answer == null) {
      throw new IOException("closed");
    }
    return answer;
  }

  /** Reads so many bytes, fewer at the end; answers how many there were. */
  int read(int bytes) throws IOException {
    return in.readNBytes(bytes).length;
  }

  /** Whether the server has ended the connection in order. */
  boolean ended() throws IOException {
    return in.read() < 0;
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Goes without a goodbye. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
