package dev.flashq.ops;

import dev.flashq.cluster.ClusterView;
import dev.flashq.cluster.ClusterView.MemberView;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.statemachine.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Health of a node and the cluster as it sees it, as JSON. */
public final class HealthPages {
  private final Supplier<ClusterView> view;
  private final LongSupplier uptimeMs;
  private final String version;
  private final Map<String, Addresses> addresses;

  /** Where clients reach a member. */
  public record Addresses(String tcp, String http) {
    private static final Addresses UNKNOWN = new Addresses("", "");
  }

  /**
   * @param addresses where clients reach each member, by its id
   */
  public HealthPages(
      Supplier<ClusterView> view,
      LongSupplier uptimeMs,
      String version,
      Map<String, Addresses> addresses) {
    this.view = view;
    this.uptimeMs = uptimeMs;
    this.version = version;
    this.addresses = addresses;
  }

  /** The process runs: 200, always. */
  public Page live() {
    return Page.json(200, "{\"ok\":true,\"status\":\"live\"}");
  }

  /** Clients are well served here: 200; otherwise 503. */
  public Page ready() {
    ClusterView now = view.get();
    JsonWriter json = new JsonWriter();
    json.beginMap(5);
    text(json, "status", now.ready() ? "ready" : "not ready");
    flag(json, "ok", now.ready());
    text(json, "node", now.node());
    leader(json, now);
    text(json, "role", now.role());
    json.endMap();
    return page(now.ready() ? 200 : 503, json);
  }

  /** As flashQ's health, with what a dashboard wants to know of a cluster; 200, always. */
  public Page health() {
    ClusterView now = view.get();
    JsonWriter json = new JsonWriter();
    json.beginMap(2);
    flag(json, "ok", true);
    json.key("data");
    json.beginMap(7);
    text(json, "status", now.ready() ? "healthy" : "degraded");
    number(json, "uptime_ms", uptimeMs.getAsLong());
    number(json, "uptime_seconds", uptimeMs.getAsLong() / 1000);
    flag(json, "sqlite_enabled", false);
    text(json, "version", version);
    text(json, "node_id", now.node());
    flag(json, "is_leader", now.node().equals(now.leader()));
    json.endMap();
    json.endMap();
    return page(200, json);
  }

  /** Who leads, the term, and how far each member is. */
  public Page cluster() {
    ClusterView now = view.get();
    JsonWriter json = new JsonWriter();
    json.beginMap(11);
    text(json, "cluster", now.cluster());
    text(json, "node", now.node());
    leader(json, now);
    number(json, "term", now.term());
    text(json, "role", now.role());
    flag(json, "ready", now.ready());
    number(json, "applied_index", now.appliedIndex());
    number(json, "committed_index", now.committedIndex());
    number(json, "snapshot_index", now.snapshotIndex());
    number(json, "feature_level", now.featureLevel());
    json.key("members");
    json.beginArray(now.members().size());
    now.members().forEach(member -> member(json, member));
    json.endArray();
    json.endMap();
    return page(200, json);
  }

  /** What came of setting the replicated clock. */
  public static Page clockSet(Reply reply) {
    JsonWriter json = new JsonWriter();
    if (reply instanceof Reply.Refused(ErrorCode code, String detail, _)) {
      json.beginMap(3);
      flag(json, "ok", false);
      text(json, "error", detail);
      text(json, "code", code.name());
      json.endMap();
      return page(code.httpStatus(), json);
    }
    json.beginMap(1);
    flag(json, "ok", true);
    json.endMap();
    return page(200, json);
  }

  private void member(JsonWriter json, MemberView member) {
    Addresses reached = addresses.getOrDefault(member.id(), Addresses.UNKNOWN);
    json.beginMap(8);
    text(json, "id", member.id());
    text(json, "peer_address", member.address());
    text(json, "client_address", reached.tcp());
    text(json, "http_address", reached.http());
    flag(json, "leader", member.leader());
    number(json, "applied_index", member.appliedIndex());
    number(json, "committed_index", member.committedIndex());
    json.key("clock_off_ms");
    Long off = member.clockOffMs();
    if (off == null) {
      json.nil();
    } else {
      json.integer(off);
    }
    json.endMap();
  }

  private static void leader(JsonWriter json, ClusterView view) {
    json.key("leader");
    json.stringOrNil(view.leader());
  }

  private static void text(JsonWriter json, String key, String value) {
    json.key(key);
    json.string(value);
  }

  private static void number(JsonWriter json, String key, long value) {
    json.key(key);
    json.integer(value);
  }

  private static void flag(JsonWriter json, String key, boolean value) {
    json.key(key);
    json.bool(value);
  }

  private static Page page(int status, JsonWriter json) {
    return Page.json(status, new String(json.toByteArray(), StandardCharsets.UTF_8));
  }
}
