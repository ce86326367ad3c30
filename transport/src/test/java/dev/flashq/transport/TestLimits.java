package dev.flashq.transport;

import dev.flashq.transport.TransportLimits.Limit;

/** The limits that the tests begin with: those of a node with half a gigabyte of heap. */
public final class TestLimits {
  public static final TransportLimits LIMITS =
      TransportLimits.ofHeap(512L * 1024 * 1024).with(Limit.WRONG_TOKEN_MS, 20);

  private TestLimits() {}
}
