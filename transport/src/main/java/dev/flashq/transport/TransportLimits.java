package dev.flashq.transport;

import dev.flashq.protocol.Limits;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/**
 * How much the ports of one node take on at a time, all together unless it says otherwise. What is
 * measured in bytes are shares of the heap.
 */
public final class TransportLimits {
  private static final long SMALLEST_HEAP = 64L * 1024 * 1024;

  /** What is limited; see the constants of {@link Limits} of the same names. */
  public enum Limit {
    /** Open connections of a port. */
    CONNECTIONS(Limits.CONNECTIONS),
    COMMANDS_PER_CONNECTION(Limits.COMMANDS_PER_CONNECTION),
    COMMANDS(Limits.COMMANDS_IN_FLIGHT),
    WAITS(Limits.WAITS),
    WAITS_PER_CONNECTION(Limits.WAITS_PER_CONNECTION),
    /** Bytes of small requests that are not answered yet: there are several copies of each. */
    REQUEST_BYTES(heap -> heap / 64),
    /** Bytes of those above {@link Limits#LARGE_COMMAND_BYTES}, which no small one waits for. */
    LARGE_REQUEST_BYTES(heap -> heap / 64),
    REQUEST_BYTES_PER_CONNECTION(heap -> heap / 32),
    /** Bytes of unfinished large frames, lines and bodies. */
    ASSEMBLY_BYTES(heap -> heap / 8),
    /** Bytes of answers without large data that clients have not taken. */
    UNREAD_BYTES(heap -> heap / 8),
    UNREAD_BYTES_PER_CONNECTION(heap -> heap / 16),
    /** Bytes of large answers from the moment when their data is read until it is taken. */
    LARGE_ANSWER_BYTES(heap -> heap / 8),
    /** How long a connection may go without a token where tokens are configured. */
    AUTHENTICATION_MS(Limits.AUTHENTICATION_MS),
    /** How long a handshake of TLS, or the word of a proxy, may take. */
    HANDSHAKE_MS(Limits.HANDSHAKE_MS),
    /** After how long a wrong token is answered. */
    WRONG_TOKEN_MS(Limits.WRONG_TOKEN_MS),
    /** How long a larger frame, line or body may take to arrive. */
    FRAME_MS(Limits.FRAME_MS),
    /** How long a client may take nothing of what was written to it. */
    SILENT_MS(Limits.SILENT_MS),
    /**
     * How long {@code close()} waits for open requests, and how long a client that has been told to
     * go may take nothing of what is left for it.
     */
    SHUTDOWN_MS(Limits.SHUTDOWN_MS);

    private final LongUnaryOperator ofHeap;

    Limit(long always) {
      this(_ -> always);
    }

    Limit(LongUnaryOperator ofHeap) {
      this.ofHeap = ofHeap;
    }
  }

  private final long[] values;

  private TransportLimits(long[] values) {
    this.values = values;
  }

  /** The limits of a node with so many bytes of heap. */
  public static TransportLimits ofHeap(long bytes) {
    long heap = Math.max(bytes, SMALLEST_HEAP);
    return new TransportLimits(
        Arrays.stream(Limit.values()).mapToLong(limit -> limit.ofHeap.applyAsLong(heap)).toArray());
  }

  public long get(Limit limit) {
    return values[limit.ordinal()];
  }

  /** The same limits but for one. */
  public TransportLimits with(Limit limit, long value) {
    long[] changed = values.clone();
    changed[limit.ordinal()] = value;
    return new TransportLimits(changed);
  }
}
