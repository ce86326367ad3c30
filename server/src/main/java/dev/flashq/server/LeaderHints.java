package dev.flashq.server;

import dev.flashq.cluster.ClusterView;
import dev.flashq.transport.ClusterHints;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Tells clients which node leads and where they reach it. */
record LeaderHints(Supplier<ClusterView> view, Map<String, String> addresses)
    implements ClusterHints {
  @Override
  public Hint hint() {
    ClusterView now = view.get();
    String leader = now.leader() == null ? "" : now.leader();
    return new Hint(
        now.node(), leader, addresses.getOrDefault(leader, ""), List.copyOf(addresses.values()));
  }
}
