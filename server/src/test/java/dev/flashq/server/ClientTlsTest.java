package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.security.CertificateAuthority;
import dev.flashq.security.CertificateAuthority.Holder;
import dev.flashq.security.CertificateUse;
import dev.flashq.server.config.ServerConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java client talks to a node that takes nothing but TLS. */
class ClientTlsTest {
  @TempDir Path folder;

  @Test
  void servesAClientThatTrustsTheAuthorityAndNoOther() throws IOException {
    int port = freePort();
    Path authority = authority("ours");
    Path another = authority("theirs");
    try (Node _ = Node.start(config(port), _ -> {})) {
      try (FlashQ client = FlashQ.at("127.0.0.1:" + port).tls(authority).connect()) {
        assertThat(client.push("q", Data.json("1")).join()).isEqualTo(1);
        assertThat(client.pull("q", 1, Duration.ZERO).join()).hasSize(1);
      }
      refuses(FlashQ.at("127.0.0.1:" + port).tls(another));
      refuses(FlashQ.at("localhost:" + port).tls(authority));
      refuses(FlashQ.at("127.0.0.1:" + port));
    }
  }

  @Test
  void refusesAFileWithoutCertificates() throws IOException {
    Path file = Files.writeString(folder.resolve("empty.pem"), "");

    assertThatThrownBy(() -> FlashQ.at("127.0.0.1:1").tls(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no certificates in PEM form");
  }

  private static void refuses(FlashQ.Builder builder) {
    try (FlashQ client = builder.timeout(Duration.ofSeconds(2)).connect()) {
      assertThatThrownBy(() -> client.push("q", Data.json("1")).join())
          .hasMessageContaining("SERVICE_UNAVAILABLE");
    }
  }

  private Path authority(String name) throws IOException {
    CertificateAuthority.create(folder.resolve(name), InstantSource.system());
    return folder.resolve(name).resolve("ca.pem");
  }

  private ServerConfig config(int port) throws IOException {
    CertificateAuthority.open(folder.resolve("ours"), InstantSource.system())
        .issue(new Holder(CertificateUse.SERVER, "n1", Set.of("127.0.0.1")), 30, folder);
    String members = "n1@127.0.0.1:" + freePort() + "/" + port + "/" + freePort();
    return ServerConfig.load(
        null,
        Map.of(
            "FLASHQ_CLUSTER_MEMBERS", members,
            "FLASHQ_TCP_PORT", Integer.toString(port),
            "FLASHQ_HTTP_PORT", "0",
            "FLASHQ_DATA_FOLDER", folder.resolve("data").toString(),
            "FLASHQ_PEER_DEVELOPMENT_CA", folder.resolve("peers").toString(),
            "FLASHQ_TCP_TLS", "required",
            "FLASHQ_TLS_CERTIFICATE", folder.resolve("n1.pem").toString(),
            "FLASHQ_TLS_KEY", folder.resolve("n1-key.pem").toString()));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
