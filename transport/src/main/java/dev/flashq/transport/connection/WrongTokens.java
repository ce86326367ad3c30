package dev.flashq.transport.connection;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the operator of wrong tokens, a line every few seconds at most. */
final class WrongTokens {
  private static final Logger LOG = LoggerFactory.getLogger(WrongTokens.class);
  private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(10);

  private final LongAdder untold = new LongAdder();
  private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - PAUSE_NS);

  void add(InetAddress from) {
    untold.increment();
    long now = System.nanoTime();
    long before = toldAt.get();
    if (now - before >= PAUSE_NS && toldAt.compareAndSet(before, now)) {
      LOG.warn("{} wrong tokens, the latest from {}", untold.sumThenReset(), from.getHostAddress());
    }
  }
}
