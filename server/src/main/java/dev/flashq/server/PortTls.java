package dev.flashq.server;

import dev.flashq.ops.Metrics;
import dev.flashq.security.PeerCredentials;
import dev.flashq.security.PeerCredentials.Refresh;
import dev.flashq.transport.connection.ClientCertificates;
import dev.flashq.transport.connection.Tls;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of the client ports: its files are looked at every few seconds, and what is new and good is
 * shown from the next handshake on.
 */
final class PortTls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PortTls.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final Duration REMINDER = Duration.ofDays(1);

  private final PeerCredentials credentials;
  private final Tls tls;
  private final InstantSource clock;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tls-files").factory());

  private volatile Refresh.@Nullable Refused refused;
  private Instant remindedAt = Instant.MIN;

  PortTls(PeerCredentials credentials, ClientCertificates clients, InstantSource clock) {
    this.credentials = credentials;
    this.tls = new Tls(credentials, clients);
    this.clock = clock;
  }

  PortTls start() {
    var _ =
        watch.scheduleWithFixedDelay(this::lookSafely, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    return this;
  }

  Tls tls() {
    return tls;
  }

  private void lookSafely() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.error("The certificate files of the client ports cannot be looked at", e);
    }
  }

  /** Takes up what has changed. One caller at a time. */
  void look() {
    switch (credentials.refresh(clock.instant())) {
      case Refresh.Unchanged _ -> refused = null;
      case Refresh.Replaced(Instant end) -> {
        tls.renew();
        refused = null;
        LOG.info("The client ports show a new certificate, which ends on {}", end);
      }
      case Refresh.Refused news -> {
        if (!news.equals(refused)) {
          LOG.warn(
              "The certificate files of the client ports cannot be used, what they showed stays: {}",
              news.sentence());
        }
        refused = news;
      }
    }
    remind(clock.instant());
  }

  private void remind(Instant now) {
    if (credentials.endsSoon(now) && !now.isBefore(remindedAt.plus(REMINDER))) {
      remindedAt = now;
      LOG.warn(
          "The certificate of the client ports {} on {}",
          expiresSeconds() > 0 ? "ends" : "has ended",
          credentials.expiresAt());
    }
  }

  /** Whether the files cannot be used as they are. */
  boolean failed() {
    return refused != null;
  }

  /** Until the certificate in use ends; negative when it has ended. */
  long expiresSeconds() {
    return Duration.between(clock.instant(), credentials.expiresAt()).toSeconds();
  }

  void show(Metrics metrics) {
    metrics.gauge(
        "flashq.tls.reload.failed",
        "1 while the certificate files of the client ports cannot be used and older ones are shown",
        () -> failed() ? 1 : 0);
    metrics.gauge(
        "flashq.tls.certificate.expires.seconds",
        "Seconds until the certificate of the client ports ends; negative when it has",
        this::expiresSeconds);
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}
