package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import dev.flashq.launcher.NodeCommand;
import dev.flashq.security.CertificateAuthority;
import dev.flashq.security.CertificateAuthority.Holder;
import dev.flashq.security.CertificateUse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node, a process of its own, whose secrets stand in a store. */
class NodeSecretsTest {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String OLD = "planted-Mf3xH8-old";
  private static final String NEW = "planted-Zt6pJ1-new";

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> settings = new TreeMap<>();
  private StoreStub store;
  private @Nullable LocalCluster started;

  @BeforeEach
  void store() throws IOException {
    store = new StoreStub();
    store.fields.put("tokens", "admin:" + OLD);
    Path secretId = Files.writeString(folder.resolve("secret-id"), StoreStub.SECRET_ID + "\n");
    settings.put("VAULT_ADDR", store.address());
    settings.put("FLASHQ_VAULT_ROLE_ID", "the-role");
    settings.put("FLASHQ_VAULT_SECRET_ID", "file:" + secretId);
    settings.put("FLASHQ_SECRETS_REFRESH_MS", "1000");
    settings.put("FLASHQ_AUTH_TOKENS", "vault:secret/data/flashq#tokens");
    settings.put("FLASHQ_LOG_LEVEL", "debug");
  }

  @AfterEach
  void stop() {
    if (started != null) {
      started.close();
    }
    store.close();
    http.close();
  }

  private LocalNode start() {
    var command = new ArrayList<>(NodeCommand.ofThisJvm());
    command.add(1, "-XX:TieredStopAtLevel=1");
    command.add(1, "-Xlog:class+load:file=" + classes());
    LocalCluster cluster =
        LocalCluster.plan(
                new LocalCluster.Plan(1, folder.resolve("nodes"), 0, command, settings)
                    .withToken(Optional.of(OLD)))
            .start();
    started = cluster;
    return cluster.nodes().getFirst();
  }

  private LocalNode ready() {
    LocalNode node = start();
    Objects.requireNonNull(started).awaitReady(START);
    return node;
  }

  private Path classes() {
    return folder.resolve("classes.log");
  }

  private int status(LocalNode node, String token) {
    return ask(node, "/stats", token).map(answer -> answer.statusCode()).orElse(0);
  }

  private Optional<java.net.http.HttpResponse<String>> ask(
      LocalNode node, String path, String token) {
    try {
      return Optional.of(
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                  .header("Authorization", "Bearer " + token)
                  .timeout(SOON)
                  .build(),
              BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private boolean shows(LocalNode node, String line) {
    return ask(node, "/metrics/prometheus", NEW)
        .filter(answer -> answer.body().lines().anyMatch(line::equals))
        .isPresent();
  }

  @Test
  void takesARotatedTokenWithoutARestart() throws IOException {
    LocalNode node = ready();
    await().atMost(SOON).until(() -> status(node, OLD) == 200);
    assertThat(status(node, NEW)).isEqualTo(401);

    store.fields.put("tokens", "admin:" + NEW);
    await().atMost(SOON).until(() -> status(node, NEW) == 200);
    await().atMost(SOON).until(() -> status(node, OLD) == 401);
    assertThat(shows(node, "flashq_secrets_failing 0.0")).isTrue();

    // Nobody is shut out because the store is away, or holds what is no list of tokens.
    store.status = 503;
    await().atMost(SOON).until(() -> shows(node, "flashq_secrets_failing 1.0"));
    assertThat(status(node, NEW)).isEqualTo(200);
    store.status = 200;
    await().atMost(SOON).until(() -> shows(node, "flashq_secrets_failing 0.0"));
    store.fields.put("tokens", "admin:short");
    await()
        .atMost(SOON)
        .until(
            () ->
                output(node).contains("vault:secret/data/flashq#tokens cannot be used: expected"));
    assertThat(status(node, NEW)).isEqualTo(200);

    for (String page : new String[] {"/metrics/prometheus", "/cluster", "/health", "/tokens"}) {
      assertThat(ask(node, page, NEW).orElseThrow().body())
          .doesNotContain("planted")
          .hasSizeGreaterThan(2);
    }
    node.stop();
    showsNoSecret(node);
    assertThat(output(node))
        .contains(
            "The secret vault:secret/data/flashq cannot be read, what it was stays: Vault fails at reading it (status 503)");
    assertThat(Files.readString(classes()))
        .contains("dev.flashq.security.secrets.VaultSource ")
        .doesNotContain("software.amazon")
        .doesNotContain("dev.flashq.secrets.aws");
  }

  private static String output(LocalNode node) throws IOException {
    return Files.readString(node.output());
  }

  private static void showsNoSecret(LocalNode node) throws IOException {
    assertThat(output(node))
        .doesNotContain(OLD)
        .doesNotContain(NEW)
        .doesNotContain(StoreStub.SECRET_ID)
        .doesNotContain(StoreStub.VAULT_TOKEN)
        .doesNotContain("PRIVATE KEY");
  }

  @Test
  void doesNotStartWhenVaultDenies() throws IOException {
    store.status = 403;
    refusesToStart(
        "The node cannot start: The secret vault:secret/data/flashq#tokens cannot be read:"
            + " Vault denies reading it (status 403)");
  }

  @Test
  void doesNotStartWhenVaultIsAway() throws IOException {
    store.close();
    refusesToStart(
        "The node cannot start: The secret vault:secret/data/flashq#tokens cannot be read:"
            + " Vault does not answer: ConnectException");
  }

  @Test
  void doesNotStartWithWhatIsNoListOfTokens() throws IOException {
    store.fields.put("tokens", OLD + ",short");
    refusesToStart(
        "The node cannot start: vault:secret/data/flashq#tokens cannot be used: expected: name:token");
  }

  private void refusesToStart(String sentence) throws IOException {
    LocalNode node = start();
    await().atMost(START).until(() -> !node.isAlive());
    assertThat(node.exitCode()).hasValue(Main.EXIT_FAILED);
    assertThat(output(node)).contains(sentence).doesNotContain("\tat ");
    showsNoSecret(node);
  }

  @Test
  void showsARotatedCertificateWithoutARestart() throws Exception {
    CertificateAuthority.create(folder.resolve("pki"), InstantSource.system());
    X509Certificate first = issue("one");
    settings.put("FLASHQ_TCP_TLS", "optional");
    settings.put("FLASHQ_TLS_CERTIFICATE", "vault:secret/data/flashq#chain");
    settings.put("FLASHQ_TLS_KEY", "vault:secret/data/flashq#key");
    LocalNode node = ready();
    assertThat(shown(node)).isEqualTo(first);

    X509Certificate second = issue("two");
    await().atMost(SOON).until(() -> shown(node).equals(second));
    node.stop();
    showsNoSecret(node);
  }

  /** Into the store. */
  private X509Certificate issue(String name) throws Exception {
    Path made = folder.resolve(name);
    CertificateAuthority.open(folder.resolve("pki"), InstantSource.system())
        .issue(new Holder(CertificateUse.SERVER, name, Set.of("127.0.0.1")), 30, made);
    store.fields.put("chain", Files.readString(made.resolve(name + ".pem")));
    store.fields.put("key", Files.readString(made.resolve(name + "-key.pem")));
    try (var in = Files.newInputStream(made.resolve(name + ".pem"))) {
      return (X509Certificate)
          java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static X509Certificate shown(LocalNode node) throws Exception {
    SSLContext anybody = SSLContext.getInstance("TLS");
    anybody.init(null, new TrustManager[] {new Anybody()}, null);
    try (var socket =
        (SSLSocket) anybody.getSocketFactory().createSocket("127.0.0.1", node.tcpPort())) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  /** Looks at what is shown, whoever vouches for it. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @Test
  void takesTokensOutOfAws() throws IOException {
    settings.put("FLASHQ_AUTH_TOKENS", "aws-secret:flashq/production#tokens");
    settings.put("FLASHQ_AWS_ENDPOINT", store.address());
    settings.put("AWS_REGION", "eu-central-1");
    settings.put("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    settings.put("AWS_SECRET_ACCESS_KEY", "planted-Yc5sW7-access-key");
    LocalNode node = ready();
    await().atMost(SOON).until(() -> status(node, OLD) == 200);
    store.fields.put("tokens", "admin:" + NEW);
    await().atMost(SOON).until(() -> status(node, NEW) == 200);
    node.stop();
    showsNoSecret(node);
    assertThat(output(node)).doesNotContain("planted-Yc5sW7").doesNotContain("amazon");
    assertThat(Files.readString(classes())).contains("software.amazon.awssdk");
  }
}
