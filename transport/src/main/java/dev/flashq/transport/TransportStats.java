package dev.flashq.transport;

import dev.flashq.protocol.ErrorCode;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/** What the transports count for the metrics. */
public final class TransportStats {
  public final LongAdder connectionsOpen = new LongAdder();
  public final LongAdder connectionsTotal = new LongAdder();

  /** Clients that were turned away by their address, or for a forged word of a proxy. */
  public final LongAdder connectionsRefused = new LongAdder();

  public final LongAdder tlsConnections = new LongAdder();
  public final LongAdder handshakeFailures = new LongAdder();
  public final LongAdder requests = new LongAdder();
  public final LongAdder bytesIn = new LongAdder();
  public final LongAdder bytesOut = new LongAdder();
  public final LongAdder authenticationFailures = new LongAdder();

  /** Jobs given back because their delivery did not reach a client. */
  public final LongAdder jobsReturned = new LongAdder();

  private final LongAdder[] errors =
      IntStream.range(0, ErrorCode.values().length)
          .mapToObj(_ -> new LongAdder())
          .toArray(LongAdder[]::new);

  /** Requests answered with the error. */
  public LongAdder errors(ErrorCode code) {
    return errors[code.ordinal()];
  }
}
