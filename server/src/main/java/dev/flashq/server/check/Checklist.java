package dev.flashq.server.check;

import dev.flashq.protocol.Limits;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.server.config.Given;
import dev.flashq.server.config.ServerConfig;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.Retention;
import dev.flashq.transport.connection.TlsMode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The nine lines of the guide's checklist, of one node and the state that it knows. */
public final class Checklist {
  private static final String EVERY = "*";

  private final ServerConfig config;
  private final Standing standing;

  /** Whether something is done. */
  public enum State {
    ON,
    PARTLY,
    OFF,
    /** It would protect nothing here. */
    NOT_APPLICABLE
  }

  /**
   * One line.
   *
   * @param key what changes it: of the configuration, or a command
   */
  public record Item(String name, State state, String reason, String key) {}

  public Checklist(ServerConfig config, Standing standing) {
    this.config = config;
    this.standing = standing;
  }

  public List<Item> items() {
    return List.of(
        tokens(),
        tls(),
        encryption(),
        inputs(),
        rates(),
        networks(),
        audit(),
        secrets(),
        retention());
  }

  private Item tokens() {
    return standing.guarded()
        ? item("Authentication tokens", State.ON, "clients have to say who they are", "auth.tokens")
        : item(
            "Authentication tokens",
            State.OFF,
            "whoever reaches a port may do everything",
            "auth.tokens");
  }

  private Item tls() {
    String name = "TLS for all connections";
    String key = "tcp.tls, http.tls";
    TlsMode tcp = config.tcp().tls();
    TlsMode http = config.http().tls();
    if (tcp == TlsMode.REQUIRED && http == TlsMode.REQUIRED) {
      return item(name, State.ON, "clients and members talk TLS", key);
    }
    if (isLoopback(config.tcp()) && isLoopback(config.http())) {
      return item(
          name,
          State.NOT_APPLICABLE,
          "clients are on this machine only, and members talk TLS",
          key);
    }
    return tcp == TlsMode.OFF && http == TlsMode.OFF
        ? item(name, State.OFF, "members talk TLS, clients do not", key)
        : item(name, State.PARTLY, "members talk TLS, clients may do without", key);
  }

  private static boolean isLoopback(ServerConfig.Listener listener) {
    try {
      return InetAddress.getByName(listener.bind()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private Item encryption() {
    return covered(
        "Encrypt sensitive data",
        Stream.concat(
                standing.rules().namespaces().stream().map(Namespace::queues),
                standing.rules().policies().stream()
                    .filter(DataPolicy::encryptedOnly)
                    .map(DataPolicy::queues))
            .toList(),
        "data is kept encrypted, by the nodes or by its clients",
        "data is kept as it comes",
        "./flashq encryption set, ./flashq policies set --encrypted-only true");
  }

  private Item inputs() {
    return covered(
        "Validate all inputs",
        standing.rules().schemas().stream()
            .filter(schema -> schema.mode() == DataSchema.Mode.ENFORCE)
            .map(schema -> schema.queues())
            .toList(),
        "data in all queues keeps to a schema",
        "no schema is enforced",
        "./flashq schemas set");
  }

  /** What is done for all queues, for some, or for none. */
  private static Item covered(
      String name, List<String> queues, String all, String none, String key) {
    if (queues.contains(EVERY)) {
      return item(name, State.ON, all, key);
    }
    return queues.isEmpty()
        ? item(name, State.OFF, none, key)
        : item(name, State.PARTLY, "only in queues " + some(queues), key);
  }

  private static String some(List<String> queues) {
    int shown = 5;
    return queues.size() <= shown
        ? String.join(", ", queues)
        : String.join(", ", queues.subList(0, shown)) + " and " + (queues.size() - shown) + " more";
  }

  private Item rates() {
    String name = "Rate limits";
    String key = "./flashq quotas put --max";
    boolean pushes = standing.pushQuotas() > 0;
    boolean deliveries = standing.rateLimits() > 0;
    if (pushes && deliveries) {
      return item(name, State.ON, "pushes and deliveries are limited", key);
    }
    if (pushes || deliveries) {
      return item(
          name,
          State.PARTLY,
          pushes
              ? "pushes are limited, deliveries are not"
              : "deliveries are limited, pushes are not",
          key);
    }
    return item(name, State.OFF, "neither pushes nor deliveries are limited", key);
  }

  private Item networks() {
    String name = "Network policies";
    String key = "tcp.allow, http.allow";
    boolean tcp = isClosed(config.tcp());
    boolean http = isClosed(config.http());
    if (tcp && http) {
      return item(name, State.ON, "only some addresses reach the ports", key);
    }
    return tcp || http
        ? item(name, State.PARTLY, "one of the two ports takes any address", key)
        : item(
            name,
            State.OFF,
            "the ports take any address; firewalls in front of them cannot be seen from here",
            key);
  }

  private static boolean isClosed(ServerConfig.Listener listener) {
    return isLoopback(listener) || !listener.rules().allow().isEmpty();
  }

  private Item audit() {
    String name = "Audit logging";
    String key = "./flashq audit, PUT /security/audit-policy";
    AuditPolicy policy = standing.audit();
    if (!standing.guarded()) {
      return item(name, State.PARTLY, "recorded is what is refused, and nobody has a name", key);
    }
    boolean all =
        List.of(AuditAction.PUSH, AuditAction.PULL, AuditAction.ACK, AuditAction.FAIL).stream()
            .allMatch(action -> policy.records(action, "any"));
    return all
        ? item(name, State.ON, "what is done is recorded with its effect, and refusals", key)
        : item(name, State.PARTLY, "the policy leaves some of what is done out", key);
  }

  private Item secrets() {
    String name = "Secrets manager";
    String key = "auth.tokens=vault:..., auth.tokens-file";
    if (!standing.guarded()) {
      return item(name, State.NOT_APPLICABLE, "there are no tokens", key);
    }
    boolean plain = isWrittenOut(config.tokens()) || isWrittenOut(config.auth().plainTokens());
    boolean elsewhere =
        config.tokens() instanceof Given.Elsewhere
            || config.auth().plainTokens() instanceof Given.Elsewhere
            || config.auth().tokensFile().isPresent()
            || config.auth().permissionsFile().isPresent();
    if (plain) {
      return item(
          name,
          elsewhere ? State.PARTLY : State.OFF,
          "tokens stand in the configuration or the environment",
          key);
    }
    return item(
        name,
        State.ON,
        elsewhere
            ? "tokens come from files or a store of secrets"
            : "tokens are made by the cluster, which keeps hashes",
        key);
  }

  /** A variable of the environment is no better than the configuration. */
  private static boolean isWrittenOut(Given<? extends List<?>> tokens) {
    return switch (tokens) {
      case Given.Here<? extends List<?>>(List<?> list) -> !list.isEmpty();
      case Given.Elsewhere<? extends List<?>>(SecretReference reference) ->
          reference instanceof SecretReference.InEnvironment;
    };
  }

  /** Completed jobs and records go in any case, dead jobs by policies only. */
  private Item retention() {
    String usual =
        "completed jobs go after "
            + Duration.ofMillis(Limits.KEEP_COMPLETED_MS).toHours()
            + " hours if they say nothing else, audit records after "
            + Duration.ofMillis(standing.audit().keepMs()).toDays()
            + " days; ";
    List<String> queues =
        standing.retentions().stream()
            .filter(policy -> policy.deadMs() > 0 || policy.deadCount() > 0)
            .map(Retention::queues)
            .toList();
    boolean all = queues.contains(EVERY);
    return item(
        "Data retention",
        all ? State.ON : State.PARTLY,
        usual
            + (all
                ? "dead jobs go by policies"
                : queues.isEmpty()
                    ? "dead jobs stay until somebody removes them"
                    : "dead jobs go only in queues " + some(queues)),
        "./flashq retention set --dead-age");
  }

  private static Item item(String name, State state, String reason, String key) {
    return new Item(name, state, reason, key);
  }
}
