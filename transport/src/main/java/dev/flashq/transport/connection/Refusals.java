package dev.flashq.transport.connection;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log of clients that are turned away by their address, and does not fill it. */
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String port;
  private final TransportContext context;
  private final AtomicLong untold = new AtomicLong();
  private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - PERIOD_NANOS);

  Refusals(String port, TransportContext context) {
    this.port = port;
    this.context = context;
  }

  /**
   * Called by any thread.
   *
   * @param reason end of a sentence that begins with the client
   */
  void add(InetAddress client, String reason) {
    context.stats.connectionsRefused.increment();
    untold.incrementAndGet();
    long now = System.nanoTime();
    long last = toldAt.get();
    if (now - last >= PERIOD_NANOS && toldAt.compareAndSet(last, now)) {
      LOG.warn(
          "{} {} at the {} port; refused since the last such line: {}",
          client.getHostAddress(),
          reason,
          port,
          untold.getAndSet(0));
    }
  }
}
