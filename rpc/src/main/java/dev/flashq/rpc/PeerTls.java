package dev.flashq.rpc;

import dev.flashq.security.InvalidCertificateException;
import dev.flashq.security.PeerCredentials;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** TLS 1.3 with certificates on both sides. */
final class PeerTls implements AutoCloseable {
  private static final String PROTOCOL = "TLSv1.3";
  private static final List<String> SUITES =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /** BoringSSL where there is one for the system: Java's own is slow until it is compiled. */
  private static final SslProvider PROVIDER =
      OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

  private static final long HANDSHAKE_MS = 5_000;
  private static final int HANDSHAKE_THREADS = 2;

  /** Computes what a handshake takes; the event loop is not to wait for it. */
  private final ThreadPoolExecutor handshakes =
      new ThreadPoolExecutor(
          HANDSHAKE_THREADS,
          HANDSHAKE_THREADS,
          1,
          TimeUnit.MINUTES,
          new LinkedBlockingQueue<>(),
          new DefaultThreadFactory("peer-handshake", true));

  private final PeerCredentials credentials;
  private final SslContext server;

  PeerTls(PeerCredentials credentials) {
    this.credentials = credentials;
    handshakes.allowCoreThreadTimeOut(true);
    try {
      this.server =
          SslContextBuilder.forServer(credentials.keyManager())
              .sslProvider(PROVIDER)
              .trustManager(credentials.trustManager())
              .clientAuth(ClientAuth.REQUIRE)
              .protocols(PROTOCOL)
              .ciphers(SUITES)
              .build();
    } catch (SSLException e) {
      throw invalid(e);
    }
  }

  private static InvalidCertificateException invalid(SSLException e) {
    return new InvalidCertificateException("TLS cannot be set up: " + e.getMessage(), e);
  }

  SslHandler accepting(ByteBufAllocator allocator) {
    return limited(server.newHandler(allocator, handshakes));
  }

  /** The member must show a certificate for its host. A session of earlier days never goes on. */
  SslHandler calling(ByteBufAllocator allocator, PeerAddress member) {
    try {
      SslContext context =
          SslContextBuilder.forClient()
              .sslProvider(PROVIDER)
              .keyManager(credentials.keyManager())
              .trustManager(credentials.trustManager())
              .protocols(PROTOCOL)
              .ciphers(SUITES)
              .endpointIdentificationAlgorithm("HTTPS")
              .build();
      return limited(context.newHandler(allocator, member.host(), member.port(), handshakes));
    } catch (SSLException e) {
      throw invalid(e);
    }
  }

  private static SslHandler limited(SslHandler handler) {
    handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
    handler.setCloseNotifyFlushTimeoutMillis(HANDSHAKE_MS);
    return handler;
  }

  @Override
  public void close() {
    handshakes.shutdown();
  }
}
