package dev.flashq.rpc;

/** What a member does with the calls of others. Everything is called on the event loop. */
public interface PeerHandler {
  /**
   * A call has come. Must not block. When it throws, the call has failed.
   *
   * @param member who calls, as its certificate says
   * @param kind as the caller gave it, from 0 to 255
   */
  void called(String member, int kind, byte[] message, Answer answer);

  /** There is a connection over which the member can be called. */
  default void connected(String member) {}

  /** The connection over which a member calls has ended, by whoever. */
  default void lost(String member) {}
}
