package dev.flashq.cluster.config;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The two clocks of a node.
 *
 * @param unixMs what people call time; may jump
 * @param elapsedMs milliseconds since some moment; never jumps, so every wait is measured with it
 */
public record NodeClock(LongSupplier unixMs, LongSupplier elapsedMs) {
  public static NodeClock system() {
    return new NodeClock(
        System::currentTimeMillis, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  public long now() {
    return unixMs.getAsLong();
  }

  public long elapsed() {
    return elapsedMs.getAsLong();
  }
}
