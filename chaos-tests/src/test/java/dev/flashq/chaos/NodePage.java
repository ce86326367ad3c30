package dev.flashq.chaos;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node's page {@code /cluster} says about the node itself. */
final class NodePage {
  private static final Pattern MEMBERS = Pattern.compile("\"members\":.*", Pattern.DOTALL);

  private NodePage() {}

  static long applied(LocalCluster cluster, LocalNode node) {
    return figure(cluster, node, "applied_index");
  }

  static long committed(LocalCluster cluster, LocalNode node) {
    return figure(cluster, node, "committed_index");
  }

  /** -1 when the node does not answer. What it has heard of the other members does not count. */
  private static long figure(LocalCluster cluster, LocalNode node, String name) {
    return cluster
        .get(node, "/cluster")
        .map(answer -> MEMBERS.matcher(answer.body()).replaceFirst(""))
        .map(own -> Pattern.compile("\"" + name + "\":(\\d+)").matcher(own))
        .filter(Matcher::find)
        .map(matcher -> Long.parseLong(matcher.group(1)))
        .orElse(-1L);
  }
}
