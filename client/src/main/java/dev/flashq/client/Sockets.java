package dev.flashq.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** How connections are made: plain or with TLS. */
interface Sockets {
  Sockets PLAIN = Sockets::plain;

  /** Opens one in the given time. */
  Open open(InetSocketAddress to, Duration timeout) throws IOException;

  /**
   * A connection.
   *
   * @param spoken what is written to and read from: the connection itself, or TLS on it
   */
  record Open(String address, Socket connection, Socket spoken) {
    /** Without the goodbye of TLS, which would wait for whoever is writing. */
    void close() throws IOException {
      connection.close();
    }
  }

  private static Open plain(InetSocketAddress to, Duration timeout) throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    try {
      socket.connect(to, (int) timeout.toMillis());
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    return new Open(to.getHostString() + ":" + to.getPort(), socket, socket);
  }

  /** The node must be who its certificate says. */
  static Sockets encrypted(SSLSocketFactory factory) {
    return (to, timeout) -> {
      Open plain = plain(to, timeout);
      Socket connection = plain.connection();
      try {
        SSLSocket tls =
            (SSLSocket) factory.createSocket(connection, to.getHostString(), to.getPort(), true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
        connection.setSoTimeout((int) timeout.toMillis());
        tls.startHandshake();
        connection.setSoTimeout(0);
        return new Open(plain.address(), connection, tls);
      } catch (IOException | RuntimeException e) {
        connection.close();
        throw e;
      }
    };
  }

  static SSLContext trusting(Path authorities) throws IOException {
    try (InputStream in = Files.newInputStream(authorities)) {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (found.isEmpty()) {
        throw new CertificateException("there is none");
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate authority : found) {
        store.setCertificateEntry("ca-" + store.size(), authority);
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(authorities + " holds no certificates in PEM form", e);
    }
  }
}
