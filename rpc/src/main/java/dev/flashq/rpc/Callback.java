package dev.flashq.rpc;

/** What becomes of a call; one of both, once, on the event loop. Must not block. */
public interface Callback {
  void answered(byte[] message);

  void failed(CallFailedException failure);
}
