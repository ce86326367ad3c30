package dev.flashq.chaos;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node's page {@code /cluster} says about the node itself. */
final class NodePage {
  private static final Pattern MEMBERS = Pattern.compile("\"members\":.*", Pattern.DOTALL);

  private NodePage() {}

  static long applied(LocalCluster cluster, LocalNode node) {
    return applied(cluster.get(node, "/cluster"));
  }

  static long committed(LocalCluster cluster, LocalNode node) {
    return committed(cluster.get(node, "/cluster"));
  }

  static long applied(Optional<HttpResponse<String>> page) {
    return figure(page, "applied_index");
  }

  static long committed(Optional<HttpResponse<String>> page) {
    return figure(page, "committed_index");
  }

  /** Whether the node has heard every other member in the last seconds. */
  static boolean hearsAll(Optional<HttpResponse<String>> page) {
    return page.filter(answer -> !answer.body().contains("\"clock_off_ms\":null")).isPresent();
  }

  /** -1 when the node does not answer. What it has heard of the other members does not count. */
  private static long figure(Optional<HttpResponse<String>> page, String name) {
    return page.map(answer -> MEMBERS.matcher(answer.body()).replaceFirst(""))
        .map(own -> Pattern.compile("\"" + name + "\":(\\d+)").matcher(own))
        .filter(Matcher::find)
        .map(matcher -> Long.parseLong(matcher.group(1)))
        .orElse(-1L);
  }
}
