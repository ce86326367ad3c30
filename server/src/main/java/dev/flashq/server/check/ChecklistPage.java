package dev.flashq.server.check;

import dev.flashq.cluster.ClusterNode;
import dev.flashq.ops.Page;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.server.config.ServerConfig;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The checklist of this node as a page, for whoever may see to security. */
public final class ChecklistPage {
  private final ServerConfig config;
  private final ClusterNode cluster;

  public ChecklistPage(ServerConfig config, ClusterNode cluster) {
    this.config = config;
    this.cluster = cluster;
  }

  /** May block. Fails with RefusedException while this node knows too little. */
  public Page get(Principal principal) {
    Grant grant = cluster.access().grant(principal);
    if (grant == null || !grant.allowsOnCluster(Operation.SECURITY)) {
      return refused(Reason.notPermitted(Operation.SECURITY, null));
    }
    return page(new Checklist(config, standing()).items());
  }

  private static Page refused(Refused refusal) {
    var json = new JsonWriter();
    json.beginMap(4);
    json.key("ok");
    json.bool(false);
    text(json, "error", refusal.detail());
    json.key("success");
    json.bool(false);
    text(json, "code", refusal.code().name());
    json.endMap();
    return page(refusal.code().httpStatus(), json);
  }

  private Standing standing() {
    return new Standing(
        cluster.access().isProtected(),
        cluster.dataRules(),
        asked(new Query.GetAuditPolicy()),
        pushQuotas(cluster.gateway()),
        rateLimits(),
        asked(new Query.ListRetentions(null, Limits.RETENTIONS)).retentions());
  }

  /** Pages are turned until one limit is found. */
  static int pushQuotas(CommandGateway gateway) {
    @Nullable Quota after = null;
    while (true) {
      Query.Quotas page = asked(new Query.ListQuotas(after, Limits.PAGE), gateway);
      long limiting = page.quotas().stream().filter(quota -> !quota.pushes().isEmpty()).count();
      if (limiting > 0 || !page.more()) {
        return (int) limiting;
      }
      after = page.quotas().getLast();
    }
  }

  /** The same: there may be 100,000 queues. */
  private int rateLimits() {
    @Nullable String after = null;
    while (true) {
      Query.Queues page = asked(new Query.ListQueues(after, Limits.PAGE));
      long limited = page.queues().stream().filter(queue -> queue.rateLimit() != null).count();
      if (limited > 0 || !page.more()) {
        return (int) limited;
      }
      after = page.queues().getLast().name().value();
    }
  }

  private <R> R asked(Query<R> query) {
    return asked(query, cluster.gateway());
  }

  private static <R> R asked(Query<R> query, CommandGateway gateway) {
    return gateway.ask(Principal.SYSTEM, query, Consistency.LOCAL).join();
  }

  static Page page(List<Checklist.Item> items) {
    var json = new JsonWriter();
    json.beginMap(3);
    json.key("ok");
    json.bool(true);
    json.key("items");
    json.beginArray(items.size());
    for (Checklist.Item item : items) {
      json.beginMap(4);
      text(json, "item", item.name());
      text(json, "state", item.state().name().toLowerCase(Locale.ROOT));
      text(json, "reason", item.reason());
      text(json, "key", item.key());
      json.endMap();
    }
    json.endArray();
    json.key("success");
    json.bool(true);
    json.endMap();
    return page(200, json);
  }

  private static void text(JsonWriter json, String key, String text) {
    json.key(key);
    json.string(text);
  }

  private static Page page(int status, JsonWriter json) {
    return new Page(
        status, "application/json", new String(json.toByteArray(), StandardCharsets.UTF_8));
  }
}
