package dev.flashq.cluster.raft;

/** How Ratis is brought to make a connection anew. */
final class Renewal {
  private Renewal() {}

  /**
   * Ratis first lets an old connection end what is on its way, up to 3 s, although over a dead one
   * nothing ends, and its log appender stays with the old one for so long. On a thread that is
   * interrupted it closes it at once. Returns before that.
   *
   * @param reset tells Ratis to
   */
  static void now(Runnable reset) {
    Thread.startVirtualThread(
        () -> {
          Thread.currentThread().interrupt();
          reset.run();
        });
  }
}
