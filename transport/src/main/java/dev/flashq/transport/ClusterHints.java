package dev.flashq.transport;

import java.util.List;

/** Tells clients which node leads, so that they can talk to it directly. */
@FunctionalInterface
public interface ClusterHints {
  Hint hint();

  /**
   * What a node knows.
   *
   * @param leader id of the leader; empty while none is known
   * @param leaderAddress where clients reach it, host:port
   * @param addresses where clients reach all members
   */
  record Hint(String node, String leader, String leaderAddress, List<String> addresses) {}
}
