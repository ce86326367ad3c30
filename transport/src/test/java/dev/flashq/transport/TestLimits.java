package dev.flashq.transport;

/** The limits that the tests begin with: those of a node with half a gigabyte of heap. */
public final class TestLimits {
  public static final TransportLimits LIMITS = TransportLimits.ofHeap(512L * 1024 * 1024);

  private TestLimits() {}
}
