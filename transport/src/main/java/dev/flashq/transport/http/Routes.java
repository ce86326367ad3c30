package dev.flashq.transport.http;

import dev.flashq.transport.wire.Cmd;
import dev.flashq.transport.wire.HttpRequests;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Request;
import dev.flashq.transport.wire.Requests;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which request means what. */
final class Routes {
  /** Paths that are answered whatever else is asked for. */
  static final Set<String> HEALTH = Set.of("/health", "/health/live", "/health/ready");

  /** Paths that nobody needs a token for. */
  static final Set<String> OPEN =
      Set.of("/health", "/health/live", "/health/ready", "/metrics/prometheus");

  /** Paths that the server answers with figures of its own. */
  private static final Set<String> OPS =
      Set.of(
          "/health",
          "/health/live",
          "/health/ready",
          "/metrics/prometheus",
          "/cluster",
          "/security/checklist");

  /** What the server is told to do, by POST. */
  private static final Set<String> ACTIONS = Set.of("/cluster/clock");

  private static final long NO_TIMEOUT = Long.MAX_VALUE;

  private static final List<Route> ROUTES =
      List.of(
          route(HttpMethod.GET, "/queues", _ -> HttpRequests.queues()),
          route(HttpMethod.POST, "/queues/*/jobs", c -> HttpRequests.push(c.part(1), c.body())),
          route(HttpMethod.GET, "/queues/*/jobs", Routes::pull),
          route(
              HttpMethod.POST,
              "/queues/*/jobs/batch",
              c -> HttpRequests.pushBatch(c.part(1), c.body())),
          route(HttpMethod.GET, "/queues/*/counts", c -> HttpRequests.counts(c.part(1))),
          route(HttpMethod.GET, "/queues/*/count", c -> HttpRequests.count(c.part(1))),
          route(HttpMethod.POST, "/jobs/ack-batch", c -> HttpRequests.ackBatch(c.body())),
          route(HttpMethod.POST, "/jobs/ack/batch", c -> HttpRequests.ackBatch(c.body())),
          route(HttpMethod.GET, "/jobs/*", c -> HttpRequests.job(c.part(1))),
          route(HttpMethod.GET, "/jobs/*/state", c -> HttpRequests.state(c.part(1))),
          route(HttpMethod.GET, "/jobs/*/result", c -> HttpRequests.result(c.part(1))),
          route(HttpMethod.POST, "/jobs/*/ack", c -> HttpRequests.ack(c.part(1), c.body())),
          route(HttpMethod.POST, "/jobs/*/fail", c -> HttpRequests.fail(c.part(1), c.body())),
          route(HttpMethod.POST, "/jobs/*/update", c -> HttpRequests.update(c.part(1), c.body())),
          route(HttpMethod.GET, "/stats", _ -> HttpRequests.stats()),
          route(HttpMethod.GET, "/metrics", _ -> HttpRequests.metrics()),
          route(HttpMethod.GET, "/security/tokens", c -> access(c, Cmd.TOKENLIST)),
          route(HttpMethod.POST, "/security/tokens", c -> access(c, Cmd.TOKENCREATE)),
          route(HttpMethod.DELETE, "/security/tokens/*", c -> named(c, Cmd.TOKENREVOKE)),
          route(HttpMethod.POST, "/security/tokens/*/rotate", c -> named(c, Cmd.TOKENROTATE)),
          route(HttpMethod.POST, "/security/tokens/*/expire", c -> named(c, Cmd.TOKENEXPIRE)),
          route(HttpMethod.GET, "/security/roles", c -> access(c, Cmd.ROLELIST)),
          route(HttpMethod.PUT, "/security/roles/*", c -> named(c, Cmd.ROLEPUT)),
          route(HttpMethod.DELETE, "/security/roles/*", c -> named(c, Cmd.ROLEDROP)),
          route(HttpMethod.GET, "/security/quotas", c -> access(c, Cmd.QUOTALIST)),
          route(HttpMethod.PUT, "/security/quotas/*/*", Routes::quota),
          route(
              HttpMethod.DELETE,
              "/security/quotas/*/*",
              c -> HttpRequests.noQuota(c.part(2), c.part(3), c.body())),
          route(HttpMethod.PUT, "/security/certificates", c -> access(c, Cmd.CERTBIND)),
          route(HttpMethod.GET, "/security/access", Routes::mayAccess),
          route(HttpMethod.GET, "/security/audit", c -> HttpRequests.audit(c::parameter)),
          route(
              HttpMethod.GET,
              "/security/audit/blocks",
              c -> HttpRequests.auditBlocks(c::parameter)),
          route(HttpMethod.GET, "/security/audit-policy", c -> access(c, Cmd.AUDITPOLICYGET)),
          route(HttpMethod.PUT, "/security/audit-policy", c -> access(c, Cmd.AUDITPOLICY)),
          route(HttpMethod.GET, "/schemas", c -> access(c, Cmd.SCHEMALIST)),
          route(HttpMethod.GET, "/queues/*/schema", c -> dataRules(c, Cmd.SCHEMAGET)),
          route(HttpMethod.PUT, "/queues/*/schema", c -> dataRules(c, Cmd.SCHEMASET)),
          route(HttpMethod.DELETE, "/queues/*/schema", c -> dataRules(c, Cmd.SCHEMADELETE)),
          route(HttpMethod.GET, "/policies", c -> access(c, Cmd.DATAPOLICYLIST)),
          route(HttpMethod.PUT, "/queues/*/policy", c -> dataRules(c, Cmd.DATAPOLICYSET)),
          route(HttpMethod.DELETE, "/queues/*/policy", c -> dataRules(c, Cmd.DATAPOLICYDELETE)),
          route(HttpMethod.GET, "/retention", c -> access(c, Cmd.RETENTIONLIST)),
          route(HttpMethod.PUT, "/queues/*/retention", c -> dataRules(c, Cmd.RETENTIONSET)),
          route(HttpMethod.DELETE, "/queues/*/retention", c -> dataRules(c, Cmd.RETENTIONDELETE)),
          route(HttpMethod.GET, "/encryption", c -> access(c, Cmd.ENCRYPTIONLIST)),
          route(HttpMethod.PUT, "/queues/*/encryption", c -> dataRules(c, Cmd.ENCRYPTIONSET)),
          route(HttpMethod.DELETE, "/queues/*/encryption", c -> dataRules(c, Cmd.ENCRYPTIONDELETE)),
          route(
              HttpMethod.POST,
              "/queues/*/encryption/destroy",
              c -> dataRules(c, Cmd.ENCRYPTIONDESTROY)),
          route(HttpMethod.POST, "/subjects/destroy", c -> access(c, Cmd.SUBJECTDESTROY)),
          route(HttpMethod.GET, "/erasures", c -> access(c, Cmd.ERASESTATUS)),
          route(HttpMethod.POST, "/erasures", c -> access(c, Cmd.ERASE)),
          route(HttpMethod.GET, "/erasures/*", c -> numbered(c, Cmd.ERASESTATUS)),
          route(HttpMethod.DELETE, "/erasures/*", c -> numbered(c, Cmd.ERASECANCEL)),
          route(HttpMethod.GET, "/jobs", c -> HttpRequests.jobs(c::parameter)),
          route(HttpMethod.POST, "/api/command", c -> Requests.plan(c.body(), false)));

  private Routes() {}

  /** A request with its whole body. */
  record Call(List<String> parts, Map<String, List<String>> query, Request body) {
    String part(int index) {
      return parts.get(index);
    }

    @Nullable String parameter(String name) {
      List<String> values = query.get(name);
      return values == null || values.isEmpty() ? null : values.getFirst();
    }
  }

  /** Makes a plan of a call. */
  interface Handler {
    Plan plan(Call call);
  }

  /** One method on one pattern; a star stands for one part of the path. */
  record Route(HttpMethod method, List<String> pattern, Handler handler) {
    boolean matches(List<String> parts) {
      if (parts.size() != pattern.size()) {
        return false;
      }
      for (int i = 0; i < parts.size(); i++) {
        if (!pattern.get(i).equals("*") && !pattern.get(i).equals(parts.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  /** Where a request goes. */
  sealed interface Target {
    record ToHandler(Handler handler, List<String> parts, Map<String, List<String>> query)
        implements Target {}

    /** To the server's own figures. */
    record ToOps(String path) implements Target {}

    record NoSuchPath() implements Target {}

    record WrongMethod(String allowed) implements Target {}
  }

  private static Route route(HttpMethod method, String pattern, Handler handler) {
    return new Route(method, split(pattern), handler);
  }

  private static Plan access(Call call, Cmd cmd) {
    return HttpRequests.access(cmd, null, call.body());
  }

  /** About what the path names third. */
  private static Plan named(Call call, Cmd cmd) {
    return HttpRequests.access(cmd, call.part(2), call.body());
  }

  /** About the queues that the path names second. */
  private static Plan dataRules(Call call, Cmd cmd) {
    return HttpRequests.dataRules(cmd, call.part(1), call.body());
  }

  /** About what the path names by its number. */
  private static Plan numbered(Call call, Cmd cmd) {
    return HttpRequests.numbered(cmd, call.part(1), call.body());
  }

  private static Plan quota(Call call) {
    return HttpRequests.quota(call.part(2), call.part(3), call.body());
  }

  private static Plan mayAccess(Call call) {
    return HttpRequests.mayAccess(
        call.parameter("token"), call.parameter("op"), call.parameter("queue"));
  }

  private static Plan pull(Call call) {
    long count = HttpRequests.number(call.parameter("count"), 1);
    return HttpRequests.pull(
        call.part(1), count, HttpRequests.number(call.parameter("timeout"), NO_TIMEOUT));
  }

  /** The parts of a path as they were sent, without the slash in front. */
  private static List<String> split(String rawPath) {
    return List.of(rawPath.substring(rawPath.startsWith("/") ? 1 : 0).split("/", -1));
  }

  static Target find(HttpMethod method, String uri) {
    try {
      return decoded(method, uri);
    } catch (IllegalArgumentException e) {
      return new Target.NoSuchPath();
    }
  }

  /** Fails with IllegalArgumentException when the path is not well encoded. */
  private static Target decoded(HttpMethod method, String uri) {
    QueryStringDecoder decoder = new QueryStringDecoder(uri);
    String rawPath = decoder.rawPath();
    if (OPS.contains(rawPath) || ACTIONS.contains(rawPath)) {
      HttpMethod wanted = ACTIONS.contains(rawPath) ? HttpMethod.POST : HttpMethod.GET;
      return method.equals(wanted)
          ? new Target.ToOps(rawPath)
          : new Target.WrongMethod(wanted.name());
    }
    List<String> parts = new ArrayList<>();
    for (String part : split(rawPath)) {
      parts.add(QueryStringDecoder.decodeComponent(part.replace("+", "%2B")));
    }
    return find(method, parts, decoder);
  }

  private static Target find(HttpMethod method, List<String> parts, QueryStringDecoder decoder) {
    Set<String> allowed = new TreeSet<>();
    for (Route route : ROUTES) {
      if (route.matches(parts)) {
        if (route.method().equals(method)) {
          return new Target.ToHandler(route.handler(), parts, decoder.parameters());
        }
        allowed.add(route.method().name());
      }
    }
    return allowed.isEmpty()
        ? new Target.NoSuchPath()
        : new Target.WrongMethod(String.join(", ", allowed));
  }
}
