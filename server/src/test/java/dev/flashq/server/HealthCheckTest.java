package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.InvalidCertificateException;
import dev.flashq.server.config.ServerConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container's health check is told. */
class HealthCheckTest {
  @TempDir Path data;
  private String alone;
  private int http;

  @BeforeEach
  void choosePorts() throws IOException {
    http = freePort();
    alone = "n1@127.0.0.1:" + freePort() + "/" + freePort() + "/" + http;
  }

  @Test
  void saysYesOnceTheNodeIsReady() {
    ServerConfig config = config(alone, Map.of());
    try (Node _ = Node.start(config, _ -> {})) {
      await().atMost(Duration.ofSeconds(20)).until(() -> HealthCheck.run(config) == 0);
    }
  }

  @Test
  void asksANodeThatListensOnAllAddresses() {
    ServerConfig config =
        config(alone, Map.of("FLASHQ_HTTP_BIND", "0.0.0.0", "FLASHQ_AUTH_TOKENS", "ada:secret-1"));
    try (Node _ = Node.start(config, _ -> {})) {
      await().atMost(Duration.ofSeconds(20)).until(() -> HealthCheck.run(config) == 0);
    }
  }

  @Test
  void asksANodeThatTakesTlsOnly() {
    var files =
        new DevelopmentCa(data.resolve("web"), InstantSource.system())
            .certificatesOf("n1", List.of());
    ServerConfig config =
        config(
            alone,
            Map.of(
                "FLASHQ_HTTP_TLS", "required",
                "FLASHQ_TLS_CERTIFICATE", files.certificate().toString(),
                "FLASHQ_TLS_KEY", files.key().toString()));
    try (Node _ = Node.start(config, _ -> {})) {
      await().atMost(Duration.ofSeconds(20)).until(() -> HealthCheck.run(config) == 0);
    }
  }

  /** Also where the HTTP port would not answer it. */
  @Test
  void asksThePortThatServesNothingElse() throws IOException {
    ServerConfig config =
        config(
            alone,
            Map.of(
                "FLASHQ_OPS_PORT", Integer.toString(freePort()), "FLASHQ_HTTP_DENY", "127.0.0.1"));
    try (Node _ = Node.start(config, _ -> {})) {
      await().atMost(Duration.ofSeconds(20)).until(() -> HealthCheck.run(config) == 0);
    }
  }

  @Test
  void aNodeDoesNotStartWithACertificateThatItCannotShow() {
    ServerConfig config =
        config(
            alone,
            Map.of(
                "FLASHQ_HTTP_TLS", "required",
                "FLASHQ_TLS_CERTIFICATE", "nowhere.pem",
                "FLASHQ_TLS_KEY", "nowhere-key.pem"));
    assertThatThrownBy(() -> Node.start(config, _ -> {}))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessage("There is no file nowhere.pem");
  }

  @Test
  void saysNoWhenTheNodeHasNoLeader() throws IOException {
    ServerConfig config = config(alone + ",n2@" + nobody() + ",n3@" + nobody(), Map.of());
    try (Node _ = Node.start(config, _ -> {})) {
      assertThat(HealthCheck.run(config)).isEqualTo(1);
    }
  }

  @Test
  void saysNoWhenNobodyListens() {
    assertThat(HealthCheck.run(config(alone, Map.of()))).isEqualTo(1);
  }

  private ServerConfig config(String members, Map<String, String> more) {
    var environment = new HashMap<>(more);
    environment.put("FLASHQ_CLUSTER_MEMBERS", members);
    environment.put("FLASHQ_TCP_PORT", "0");
    environment.put("FLASHQ_HTTP_PORT", Integer.toString(http));
    environment.put("FLASHQ_DATA_FOLDER", data.resolve("n1").toString());
    environment.put("FLASHQ_PEER_DEVELOPMENT_CA", data.resolve("ca").toString());
    return ServerConfig.load(null, environment);
  }

  private static String nobody() throws IOException {
    return "127.0.0.1:" + freePort() + "/" + freePort() + "/" + freePort();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
