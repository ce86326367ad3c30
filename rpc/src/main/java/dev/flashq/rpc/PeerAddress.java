package dev.flashq.rpc;

/** A member and where it listens; the host may be a name. */
public record PeerAddress(String id, String host, int port) {
  @Override
  public String toString() {
    return id + " at " + host + ":" + port;
  }
}
