package dev.flashq.transport.connection;

import dev.flashq.protocol.Limits;
import dev.flashq.security.InvalidCertificateException;
import dev.flashq.security.PeerCredentials;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportLimits.Limit;
import io.netty.buffer.ByteBufAllocator;
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

/** TLS as a node's client ports speak it. */
public final class Tls {
  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** All have forward secrecy, and authenticate what they encrypt. */
  private static final List<String> SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final int HANDSHAKE_THREADS = 2;

  /**
   * Computes what a handshake takes, which is milliseconds; connections that are there are not to
   * wait for that. Each that begins has one task here at most.
   */
  private final ThreadPoolExecutor handshakes =
      new ThreadPoolExecutor(
          HANDSHAKE_THREADS,
          HANDSHAKE_THREADS,
          1,
          TimeUnit.MINUTES,
          new LinkedBlockingQueue<>(),
          new DefaultThreadFactory("tls-handshake", true));

  private final PeerCredentials credentials;
  private final ClientCertificates clients;
  private volatile SslContext context;

  public Tls(PeerCredentials credentials, ClientCertificates clients) {
    this.credentials = credentials;
    this.clients = clients;
    handshakes.allowCoreThreadTimeOut(true);
    this.context = newContext();
  }

  /**
   * The credentials have been replaced. Who comes back must show itself again, because an authority
   * that vouched for it may be gone.
   */
  public void renew() {
    context = newContext();
  }

  private SslContext newContext() {
    try {
      return SslContextBuilder.forServer(credentials.keyManager())
          .sslProvider(SslProvider.JDK)
          .trustManager(credentials.trustManager())
          .clientAuth(clients.asked)
          .protocols(PROTOCOLS)
          .ciphers(SUITES)
          .build();
    } catch (SSLException e) {
      throw new InvalidCertificateException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** What stands in front of one connection. */
  SslHandler handler(ByteBufAllocator allocator, TransportLimits limits) {
    SslHandler handler = context.newHandler(allocator, handshakes);
    handler.setHandshakeTimeoutMillis(limits.get(Limit.HANDSHAKE_MS));
    handler.setCloseNotifyFlushTimeoutMillis(Limits.LINGER_MS);
    return handler;
  }
}
