package dev.flashq.transport.connection;

import dev.flashq.security.AddressRules;
import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.PeerCertificates;
import dev.flashq.security.PeerCredentials;
import dev.flashq.security.PortCertificates;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/** An authority in a folder, with what servers and clients have of it. */
record TestTls(Path folder) {
  static {
    // A client then notices an end of the connection that TLS was not told of.
    System.setProperty("com.sun.net.ssl.requireCloseNotify", "true");
  }

  private PeerCertificates of(String name) {
    return new DevelopmentCa(folder, InstantSource.system())
        .certificatesOf(name, List.of("127.0.0.1"));
  }

  PeerCredentials server() {
    PeerCertificates files = of("server");
    return new PeerCredentials(
        new PortCertificates(
            files.certificate(), files.key(), Optional.empty(), Optional.of(files.ca())),
        Instant.now());
  }

  Entrance entrance(TlsMode mode, ClientCertificates clients) {
    return entrance(mode, new Tls(server(), clients));
  }

  static Entrance entrance(TlsMode mode, Tls tls) {
    return new Entrance(mode, tls, AddressRules.OPEN, List.of());
  }

  /** Sockets of a client that trusts the authority and shows nothing. */
  SSLSocketFactory sockets() {
    return sockets(new KeyManager[0]);
  }

  /** Sockets of a client with a certificate of another authority, or of this one. */
  SSLSocketFactory socketsOf(String name, TestTls authority) {
    return sockets(
        new KeyManager[] {new PeerCredentials(authority.of(name), Instant.now()).keyManager()});
  }

  private SSLSocketFactory sockets(KeyManager[] keys) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      var trusted = new PeerCredentials(of("anybody"), Instant.now()).trustManager();
      context.init(keys, new TrustManager[] {trusted}, null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
