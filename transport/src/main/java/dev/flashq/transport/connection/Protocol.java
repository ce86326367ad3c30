package dev.flashq.transport.connection;

import dev.flashq.statemachine.Reply.Refused;

/**
 * How one connection's input becomes requests, and outcomes answers. Called on the connection's
 * event loop only.
 */
public interface Protocol {
  /** Keeps what was read, and owns it from now on. */
  void read(Object message);

  /**
   * Goes one step with what was read: at most one request is begun. False when it takes more input,
   * more room or an earlier answer to go on.
   */
  boolean next();

  /** Whether nothing is left of what was read that {@link #next} could go on with. */
  boolean hungry();

  /** Nothing more will be read: what is left may be a request as it is, mostly it is none. */
  default void endOfInput() {}

  /** Forgets what was read and is no request yet. */
  void drop();

  /** Whether the connection ends when the requests that were begun have been answered. */
  default boolean last() {
    return false;
  }

  /** Whether a server that stops waits for the rest of a request. */
  boolean receiving();

  /** The number of the request that the input is about, -1 when there is none. */
  long arriving();

  /**
   * Whether a client names its token once, for which it has a limited time; otherwise every request
   * names its own.
   */
  boolean authenticatesOnce();

  /** Whether the port is asked for the health of the node, also when there is no room for more. */
  default boolean tellsHealth() {
    return false;
  }

  /**
   * Ends with a refusal what has hardly begun.
   *
   * @param first byte that the client has sent
   */
  void refuse(Refused refusal, byte first);

  /** What a request is told for which there is no room at the gateway. */
  Refused busy();

  Encoder encoder();
}
