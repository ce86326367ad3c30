package dev.flashq.transport.connection;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How often clients of an address have shown wrong tokens lately: each one makes the answer to the
 * next come later, whatever connection and port they use. For any thread.
 */
final class LoginFailures {
  /** Addresses that are remembered; the one that failed longest ago gives way. */
  private static final int ADDRESSES = 4096;

  /** Milliseconds after which one failure is forgiven. */
  private static final long FORGIVEN_MS = 10_000;

  /** Failures after which the wait grows no more: then it is 64 times that of the first. */
  private static final int MOST = 7;

  private final LongSupplier nowMs;
  private final Map<InetAddress, Failures> byAddress =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Failures> eldest) {
          return size() > ADDRESSES;
        }
      };

  private record Failures(int count, long atMs) {
    Failures at(long nowMs) {
      long forgiven = (nowMs - atMs) / FORGIVEN_MS;
      return new Failures((int) Math.max(0, count - forgiven), atMs + forgiven * FORGIVEN_MS);
    }
  }

  LoginFailures(LongSupplier nowMs) {
    this.nowMs = nowMs;
  }

  /**
   * Notes a wrong token.
   *
   * @param firstMs for which the answer to the first one waits
   * @return for which the answer to this one waits, ms
   */
  synchronized long add(InetAddress address, long firstMs) {
    long now = nowMs.getAsLong();
    @Nullable Failures before = byAddress.get(address);
    Failures known = before == null ? new Failures(0, now) : before.at(now);
    int count = Math.min(MOST, known.count + 1);
    byAddress.put(address, new Failures(count, count == 1 ? now : known.atMs));
    return firstMs << (count - 1);
  }
}
