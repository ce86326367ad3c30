package dev.flashq.server.check;

import static dev.flashq.server.check.Checklist.State.NOT_APPLICABLE;
import static dev.flashq.server.check.Checklist.State.OFF;
import static dev.flashq.server.check.Checklist.State.ON;
import static dev.flashq.server.check.Checklist.State.PARTLY;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.server.check.Checklist.Item;
import dev.flashq.server.check.Checklist.State;
import dev.flashq.server.config.ServerConfig;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.Retention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecklistTest {
  @TempDir Path folder;

  private static final Standing OPEN =
      new Standing(false, DataRules.NONE, AuditPolicy.OF_OPEN_CLUSTER, 0, 0, List.of());
  private static final Standing GUARDED =
      new Standing(true, DataRules.NONE, AuditPolicy.DEFAULT, 0, 0, List.of());

  private static ServerConfig config(String... settings) {
    var all = new HashMap<String, String>(Map.of("FLASHQ_NODE_ID", "n1"));
    all.put("FLASHQ_CLUSTER_MEMBERS", "n1@127.0.0.1:6001/6002/6003");
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    return ServerConfig.load(null, all);
  }

  private static Item item(int line, ServerConfig config, Standing standing) {
    return new Checklist(config, standing).items().get(line);
  }

  private static State state(int line, ServerConfig config, Standing standing) {
    return item(line, config, standing).state();
  }

  private static Standing saying(DataRules rules) {
    return new Standing(true, rules, AuditPolicy.DEFAULT, 0, 0, List.of());
  }

  private static DataRules schema(String queues, DataSchema.Mode mode) {
    return new DataRules(
        1, List.of(new DataSchema(queues, 1, mode, ByteString.EMPTY)), List.of(), List.of());
  }

  @Test
  void hasTheNineLinesOfTheGuide() {
    assertThat(new Checklist(config(), OPEN).items())
        .extracting(Item::name)
        .containsExactly(
            "Authentication tokens",
            "TLS for all connections",
            "Encrypt sensitive data",
            "Validate all inputs",
            "Rate limits",
            "Network policies",
            "Audit logging",
            "Secrets manager",
            "Data retention");
    assertThat(new Checklist(config(), OPEN).items())
        .allSatisfy(
            item -> {
              assertThat(item.reason()).isNotBlank();
              assertThat(item.key()).isNotBlank();
            });
  }

  @Test
  void tokens() {
    assertThat(state(0, config(), OPEN)).isEqualTo(OFF);
    assertThat(state(0, config(), GUARDED)).isEqualTo(ON);
  }

  @Test
  void tls() throws Exception {
    Path file = Files.writeString(folder.resolve("any.pem"), "");
    String pem = file.toString();
    assertThat(state(1, config(), OPEN)).isEqualTo(NOT_APPLICABLE);
    assertThat(state(1, tls("off", pem), OPEN)).isEqualTo(OFF);
    assertThat(state(1, tls("optional", pem), OPEN)).isEqualTo(PARTLY);
    assertThat(state(1, tls("required", pem), OPEN)).isEqualTo(ON);
  }

  private static ServerConfig tls(String mode, String pem) {
    return config(
        "FLASHQ_TCP_BIND", "0.0.0.0",
        "FLASHQ_HTTP_BIND", "0.0.0.0",
        "FLASHQ_INSECURE", "true",
        "FLASHQ_TCP_TLS", mode,
        "FLASHQ_HTTP_TLS", mode,
        "FLASHQ_TLS_CERTIFICATE", pem,
        "FLASHQ_TLS_KEY", pem);
  }

  @Test
  void encryption() {
    assertThat(state(2, config(), GUARDED)).isEqualTo(OFF);
    var some = new DataPolicy("pay*", true, List.of(), false, 0);
    var every = new DataPolicy("*", true, List.of(), false, 0);
    var cards = new DataPolicy("*", false, List.of(), true, 0);
    assertThat(
            item(2, config(), saying(new DataRules(1, List.of(), List.of(some, cards), List.of()))))
        .satisfies(
            item -> {
              assertThat(item.state()).isEqualTo(PARTLY);
              assertThat(item.reason()).contains("pay*");
            });
    assertThat(
            state(
                2, config(), saying(new DataRules(1, List.of(), List.of(some, every), List.of()))))
        .isEqualTo(ON);
    assertThat(state(2, config(), saying(sealing("pay*")))).isEqualTo(PARTLY);
    assertThat(state(2, config(), saying(sealing("*")))).isEqualTo(ON);
  }

  private static DataRules sealing(String queues) {
    return new DataRules(1, List.of(), List.of(), List.of(new Namespace(queues, 1)));
  }

  @Test
  void inputs() {
    assertThat(state(3, config(), GUARDED)).isEqualTo(OFF);
    assertThat(state(3, config(), saying(schema("*", DataSchema.Mode.REPORT)))).isEqualTo(OFF);
    assertThat(state(3, config(), saying(schema("a", DataSchema.Mode.ENFORCE)))).isEqualTo(PARTLY);
    assertThat(state(3, config(), saying(schema("*", DataSchema.Mode.ENFORCE)))).isEqualTo(ON);
  }

  @Test
  void rates() {
    assertThat(state(4, config(), GUARDED)).isEqualTo(OFF);
    assertThat(
            state(
                4,
                config(),
                new Standing(true, DataRules.NONE, AuditPolicy.DEFAULT, 1, 0, List.of())))
        .isEqualTo(PARTLY);
    assertThat(
            state(
                4,
                config(),
                new Standing(true, DataRules.NONE, AuditPolicy.DEFAULT, 1, 1, List.of())))
        .isEqualTo(ON);
  }

  @Test
  void networks() {
    assertThat(state(5, config(), OPEN)).as("loopback only").isEqualTo(ON);
    String[] open = {
      "FLASHQ_TCP_BIND", "0.0.0.0", "FLASHQ_HTTP_BIND", "0.0.0.0", "FLASHQ_INSECURE", "true"
    };
    assertThat(state(5, config(open), OPEN)).isEqualTo(OFF);
    String[] half = {
      "FLASHQ_TCP_BIND", "0.0.0.0",
      "FLASHQ_HTTP_BIND", "0.0.0.0",
      "FLASHQ_INSECURE", "true",
      "FLASHQ_TCP_ALLOW", "10.0.0.0/8"
    };
    assertThat(state(5, config(half), OPEN)).isEqualTo(PARTLY);
  }

  @Test
  void audit() {
    assertThat(state(6, config(), OPEN)).isEqualTo(PARTLY);
    assertThat(state(6, config(), GUARDED)).isEqualTo(ON);
    Standing less =
        new Standing(true, DataRules.NONE, AuditPolicy.OF_OPEN_CLUSTER, 0, 0, List.of());
    assertThat(state(6, config(), less)).isEqualTo(PARTLY);
  }

  @Test
  void secrets() throws Exception {
    String file = Files.writeString(folder.resolve("tokens"), "a-token-of-a-file").toString();
    String tokens = "FLASHQ_AUTH_TOKENS";
    String tokensFile = "FLASHQ_AUTH_TOKENS_FILE";
    assertThat(state(7, config(), OPEN)).isEqualTo(NOT_APPLICABLE);
    assertThat(state(7, config(), GUARDED)).isEqualTo(ON);
    assertThat(state(7, config(tokens, "a:some-token"), GUARDED)).isEqualTo(OFF);
    assertThat(state(7, config(tokensFile, file), GUARDED)).isEqualTo(ON);
    assertThat(state(7, config(tokens, "a:some-token", tokensFile, file), GUARDED))
        .isEqualTo(PARTLY);
  }

  private static Standing keeping(Retention... policies) {
    return new Standing(true, DataRules.NONE, AuditPolicy.DEFAULT, 0, 0, List.of(policies));
  }

  @Test
  void retention() {
    assertThat(item(8, config(), GUARDED).reason())
        .contains("24 hours", "90 days", "until somebody removes them");
    assertThat(state(8, config(), GUARDED)).isEqualTo(PARTLY);
    var completed = new Retention("*", 1000, 0, 0, 0);
    assertThat(state(8, config(), keeping(completed))).isEqualTo(PARTLY);
    assertThat(item(8, config(), keeping(completed, new Retention("mail*", 0, 0, 1000, 0))))
        .satisfies(
            item -> {
              assertThat(item.state()).isEqualTo(PARTLY);
              assertThat(item.reason()).contains("only in queues mail*");
            });
    assertThat(state(8, config(), keeping(new Retention("*", 0, 0, 1000, 0)))).isEqualTo(ON);
    assertThat(state(8, config(), keeping(new Retention("*", 0, 0, 0, 5)))).isEqualTo(ON);
  }
}
