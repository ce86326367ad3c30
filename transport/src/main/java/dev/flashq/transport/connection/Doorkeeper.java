package dev.flashq.transport.connection;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides by addresses who may come in at a port. Whoever is turned away is counted, and told to
 * the log as often as does not fill it. Called by any thread.
 */
final class Doorkeeper {
  private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String port;
  private final Entrance entrance;
  private final TransportContext context;
  private final boolean forwarding;
  private final AtomicLong untold = new AtomicLong();
  private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - PERIOD_NANOS);

  /**
   * @param forwarding whether requests may name whom a proxy sends them for
   */
  Doorkeeper(String port, Entrance entrance, TransportContext context, boolean forwarding) {
    this.port = port;
    this.entrance = entrance;
    this.context = context;
    this.forwarding = forwarding;
  }

  /** Whether the address may name another as the one that it speaks for. */
  boolean trusts(InetAddress address) {
    return entrance.trusts(address);
  }

  /** Whether the address may connect; a proxy may always, because it may speak for somebody. */
  boolean admitsPeer(InetAddress peer) {
    return trusts(peer) || admits(peer);
  }

  /**
   * Whether a connection may go on that is now known to come from the address; from a proxy that
   * sends requests of others it may, because each of those is asked for.
   */
  boolean admitsConnection(InetAddress address) {
    return forwards(address) || admits(address);
  }

  /** Whether requests from the address name whom they come from. */
  boolean forwards(InetAddress address) {
    return forwarding && trusts(address);
  }

  boolean admits(InetAddress client) {
    boolean admitted = entrance.rules().admit(client);
    if (!admitted) {
      refuse(client, "is not allowed");
    }
    return admitted;
  }

  /**
   * Somebody has been turned away.
   *
   * @param reason end of a sentence that begins with the client
   */
  void refuse(InetAddress client, String reason) {
    context.stats.connectionsRefused.increment();
    untold.incrementAndGet();
    long now = System.nanoTime();
    long last = toldAt.get();
    if (now - last >= PERIOD_NANOS && toldAt.compareAndSet(last, now)) {
      LOG.warn(
          "{} {} at the {} port; turned away since the last such line: {}",
          client.getHostAddress(),
          reason,
          port,
          untold.getAndSet(0));
    }
  }
}
