package dev.flashq.security;

import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Two members whose connections begin with a handshake of mutual TLS. */
final class TlsPair implements AutoCloseable {
  private static final int PATIENCE_MS = 5_000;

  private final PeerCredentials connecting;
  private final SSLServerSocket listening;
  private final ExecutorService accepting = Executors.newVirtualThreadPerTaskExecutor();

  TlsPair(PeerCredentials listening, PeerCredentials connecting) throws Exception {
    this.connecting = connecting;
    this.listening =
        (SSLServerSocket)
            context(listening)
                .getServerSocketFactory()
                .createServerSocket(0, 4, InetAddress.getLoopbackAddress());
    this.listening.setNeedClientAuth(true);
    this.listening.setSoTimeout(PATIENCE_MS);
  }

  private static SSLContext context(PeerCredentials credentials) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {credentials.keyManager()},
        new TrustManager[] {credentials.trustManager()},
        null);
    return context;
  }

  /** A connection, with what each end saw of the other. */
  record Connection(SSLSocket accepted, SSLSocket connected) implements AutoCloseable {
    X509Certificate ofListening() throws IOException {
      return (X509Certificate) connected.getSession().getPeerCertificates()[0];
    }

    X509Certificate ofConnecting() throws IOException {
      return (X509Certificate) accepted.getSession().getPeerCertificates()[0];
    }

    /** Fails when the connection does not carry a byte. */
    void talk() throws IOException {
      accepted.getOutputStream().write('h');
      accepted.getOutputStream().flush();
      if (connected.getInputStream().read() != 'h') {
        throw new IOException("the other end has gone");
      }
    }

    @Override
    public void close() throws IOException {
      // Each end waits for the other's farewell when it closes.
      accepted.shutdownOutput();
      connected.shutdownOutput();
      accepted.close();
      connected.close();
    }
  }

  /**
   * A full handshake: a context that has met the other would go by what was proved then. Fails with
   * {@link IOException} when one does not trust the other.
   */
  Connection connect() throws Exception {
    Future<SSLSocket> accepted = accepting.submit(this::accept);
    SSLSocket connected =
        (SSLSocket)
            context(connecting)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort());
    connected.setSoTimeout(PATIENCE_MS);
    try {
      connected.startHandshake();
      var connection = new Connection(accepted.get(PATIENCE_MS, TimeUnit.MILLISECONDS), connected);
      connection.talk();
      return connection;
    } catch (ExecutionException e) {
      connected.close();
      throw new IOException("not accepted", e.getCause());
    } catch (IOException e) {
      connected.close();
      throw e;
    }
  }

  private SSLSocket accept() throws IOException {
    SSLSocket socket = (SSLSocket) listening.accept();
    socket.setSoTimeout(PATIENCE_MS);
    try {
      socket.startHandshake();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    return socket;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    accepting.close();
  }
}
