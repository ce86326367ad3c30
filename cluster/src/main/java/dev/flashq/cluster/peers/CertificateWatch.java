package dev.flashq.cluster.peers;

import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.security.PeerCredentials;
import dev.flashq.security.PeerCredentials.Refresh;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up certificates that have been replaced, and tells of those that cannot be used or end
 * soon.
 */
public final class CertificateWatch {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

  /** Milliseconds between two looks. */
  public static final long PERIOD_MS = Duration.ofHours(1).toMillis();

  private static final long REPEAT_MS = Duration.ofDays(1).toMillis();

  private final PeerCredentials credentials;
  private final Scheduler lane;
  private final LongSupplier unixMs;
  private final Consumer<String> warn;
  private Refresh.@Nullable Refused refused;
  private long toldAt = -REPEAT_MS;

  /**
   * @param lane may be held up: files are read, and a lock is waited for
   * @param warn is told what the operator should read
   */
  public CertificateWatch(
      PeerCredentials credentials, Scheduler lane, LongSupplier unixMs, Consumer<String> warn) {
    this.credentials = credentials;
    this.lane = lane;
    this.unixMs = unixMs;
    this.warn = warn;
  }

  public void start() {
    lane.execute(this::look);
    lane.every(PERIOD_MS, this::look);
  }

  /** Whoever knows of new files need not wait for the next look. */
  public synchronized void look() {
    refresh(now());
    remind(now());
  }

  private void refresh(Instant now) {
    switch (credentials.refresh(now)) {
      case Refresh.Unchanged _ -> refused = null;
      case Refresh.Replaced(var end) -> {
        refused = null;
        LOG.info("This node shows a new certificate from now on, which ends on {}", end);
      }
      case Refresh.Refused news -> {
        if (!news.equals(refused)) {
          refused = news;
          warn.accept(
              "The certificate files cannot be used, and the node goes on with what it has: "
                  + news.sentence());
        }
      }
    }
  }

  private void remind(Instant now) {
    if (credentials.endsSoon(now) && lane.now() - toldAt >= REPEAT_MS) {
      toldAt = lane.now();
      Instant end = credentials.expiresAt();
      warn.accept(
          "The certificate of this node "
              + (end.isAfter(now) ? "ends on " : "has ended on ")
              + end
              + "; put another in its place, which the node takes up within an hour");
    }
  }

  /** Until the certificate in use ends; negative when it has ended. */
  public long expiresSeconds() {
    return Duration.between(now(), credentials.expiresAt()).toSeconds();
  }

  private Instant now() {
    return Instant.ofEpochMilli(unixMs.getAsLong());
  }
}
