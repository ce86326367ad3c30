package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.flashq.security.seal.MasterKeys;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.Secrets;
import dev.flashq.security.secrets.UnavailableSecretException;
import dev.flashq.server.config.ServerConfig;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The master keys of a node, of every kind, from what its configuration says. */
class NodeMasterKeysTest {
  private final Map<String, String> settings = new TreeMap<>();
  private StoreStub store;

  @BeforeEach
  void start() throws IOException {
    store = new StoreStub();
    settings.put("VAULT_ADDR", store.address());
    settings.put("FLASHQ_VAULT_ROLE_ID", "the-role");
    settings.put("FLASHQ_VAULT_SECRET_ID", StoreStub.SECRET_ID);
    settings.put("AWS_REGION", "eu-central-1");
    settings.put("FLASHQ_AWS_KMS_ENDPOINT", store.address());
    settings.put("MASTER", "5a".repeat(32));
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "planted-Yc5sW7-access-key");
  }

  @AfterEach
  void stop() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    store.close();
  }

  private void with(String newest, String former) {
    settings.put("FLASHQ_ENCRYPTION_MASTER_KEY", newest);
    settings.put("FLASHQ_ENCRYPTION_FORMER_MASTER_KEYS", former);
  }

  /** Opened as a node opens them. */
  private MasterKeys open() {
    ServerConfig config = ServerConfig.load(null, settings);
    try (Secrets secrets = new Secrets(config.secrets(), settings::get)) {
      return config.masterKeys(secrets).orElseThrow();
    }
  }

  @Test
  void opensKeysOfEveryKind() throws SecretException {
    String[] kinds = {"vault-transit:orders", "aws-kms:alias/flashq", "env:MASTER"};
    for (int newest = 0; newest < kinds.length; newest++) {
      with(kinds[newest], kinds[(newest + 1) % 3] + "," + kinds[(newest + 2) % 3]);
      byte[] ring = new byte[32];
      new Random(newest).nextBytes(ring);
      byte[] wrapped;
      String id;
      try (MasterKeys keys = open()) {
        wrapped = keys.newest().wrap(ring);
        id = keys.newest().id();
        assertThat(wrapped).isNotEqualTo(ring);
      }
      with(kinds[(newest + 1) % 3], kinds[newest]);
      try (MasterKeys keys = open()) {
        assertThat(keys.newest().id()).isNotEqualTo(id);
        assertThat(keys.unwrap(id, wrapped)).isEqualTo(ring);
      }
    }
  }

  @Test
  void hasNoneUnlessItIsTold() {
    ServerConfig config = ServerConfig.load(null, Map.of());
    try (Secrets secrets = new Secrets(config.secrets(), settings::get)) {
      assertThat(config.masterKeys(secrets)).isEmpty();
    }
  }

  @Test
  void doesNotGoOnWithoutOne() {
    with("aws-kms:alias/flashq", "");
    settings.remove("AWS_REGION");
    assertThatThrownBy(this::open)
        .isInstanceOf(UnavailableSecretException.class)
        .hasMessage(
            "The master key aws-kms:alias/flashq cannot be used: references to AWS take aws.region, such as us-east-1 (AWS_REGION is read too)");
    settings.put("AWS_REGION", "eu-central-1");
    store.status = 403;
    assertThatThrownBy(this::open)
        .isInstanceOf(UnavailableSecretException.class)
        .hasMessage(
            "The master key aws-kms:alias/flashq cannot be used: AWS KMS denies it or fails: status 403");
  }

  /** At the level that shows most, also when a key fails. */
  @Test
  void noLineOfTheLogShowsAKey() throws SecretException {
    Logging.configure(new ServerConfig.Log("text", "debug"));
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    root.addAppender(lines);
    byte[] ring = new byte[32];
    new Random(5).nextBytes(ring);
    try {
      for (String kind : new String[] {"vault-transit:orders", "aws-kms:key", "env:MASTER"}) {
        with(kind, "");
        try (MasterKeys keys = open()) {
          LoggerFactory.getLogger(NodeMasterKeysTest.class).debug("opened {}", keys);
          String id = keys.newest().id();
          assertThat(keys.unwrap(id, keys.newest().wrap(ring))).isEqualTo(ring);
          assertThatThrownBy(() -> keys.unwrap(id, new byte[5]))
              .isInstanceOf(SecretException.class);
          assertThatThrownBy(() -> keys.unwrap("other", new byte[5]))
              .isInstanceOf(SecretException.class);
        }
      }
    } finally {
      root.detachAppender(lines);
      Logging.configure(new ServerConfig.Log("text", "info"));
    }
    String shown = lines.list.toString();
    assertThat(shown)
        .contains(
            "opened MasterKeys[vault-transit:transit/orders]", "opened MasterKeys[aws-kms:key]")
        .doesNotContain("planted")
        .doesNotContain(Base64.getEncoder().encodeToString(ring))
        .doesNotContain("5a5a");
  }
}
