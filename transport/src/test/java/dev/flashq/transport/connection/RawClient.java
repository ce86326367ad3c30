package dev.flashq.transport.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** A socket whose owner knows when to write and when to read. */
final class RawClient implements AutoCloseable {
  private final Spoken spoken;

  /** The connection, and what is written to and read from: the same, or TLS on it. */
  private final Socket connection;

  private final Socket socket;
  private final InputStream in;

  RawClient(Spoken spoken, int port) throws IOException {
    this(spoken, port, "", null);
  }

  RawClient(Spoken spoken, int port, String front, @Nullable SSLSocketFactory encrypting)
      throws IOException {
    this.spoken = spoken;
    connection = new Socket();
    // What is not read must not vanish in the kernel.
    connection.setReceiveBufferSize(64 * 1024);
    connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    connection.setTcpNoDelay(true);
    connection.setSoTimeout(10_000);
    connection.getOutputStream().write(front.getBytes(US_ASCII));
    socket =
        encrypting == null
            ? connection
            : encrypting.createSocket(connection, "127.0.0.1", port, true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  void send(String requests) throws IOException {
    socket.getOutputStream().write(requests.getBytes(ISO_8859_1));
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
    try {
      return in.read() < 0;
    } catch (SSLHandshakeException e) {
      // It has ended before there was anything that TLS could say goodbye of.
      return true;
    }
  }

  /** TLS that is spoken. */
  SSLSocket tls() {
    return (SSLSocket) socket;
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Goes without a goodbye. */
  void reset() throws IOException {
    connection.setSoLinger(true, 0);
    connection.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
