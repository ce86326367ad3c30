package dev.flashq.chaos;

import static dev.flashq.chaos.EncryptedNodes.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import dev.flashq.client.Privacy;
import dev.flashq.client.PushOptions;
import dev.flashq.launcher.LocalNode;
import dev.flashq.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what about encryption, and what the audit trail says of it. */
class EncryptionAccessTest {
  private static final String ADMIN = "an-admin-token-of-the-configuration";
  private static final String WEB = "a-token-that-may-all-but-security";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final PlantedTexts texts = new PlantedTexts();
  private EncryptedNodes nodes;
  private FlashQ admin;
  private FlashQ web;

  @BeforeEach
  void start() throws IOException {
    Path permissions =
        Files.writeString(
            folder.resolve("permissions"),
            "[{\"name\":\"web\",\"token\":\""
                + WEB
                + "\",\"queues\":[\"*\"],\"operations\":[\"push\",\"pull\",\"ack\",\"getJob\",\"admin\"]}]");
    nodes =
        new EncryptedNodes(
            folder,
            Map.of(
                "FLASHQ_AUTH_TOKENS",
                "admin:" + ADMIN,
                "AUTH_PERMISSIONS_FILE",
                permissions.toString()),
            Optional.of(ADMIN));
    admin = connected(ADMIN);
    web = connected(WEB);
  }

  private FlashQ connected(String token) {
    return FlashQ.at(nodes.cluster.addresses()).token(token).timeout(PATIENCE).connect();
  }

  @AfterEach
  void stop() {
    admin.close();
    web.close();
    nodes.close();
  }

  private static void isForbidden(CompletableFuture<?> answer) {
    assertThatThrownBy(answer::join)
        .cause()
        .isInstanceOfSatisfying(
            FlashQException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
  }

  private String trail(LocalNode node, String action) {
    return nodes
        .cluster
        .get(node, "/security/audit?limit=1000&action=" + action)
        .orElseThrow()
        .body();
  }

  @Test
  void onlyWhoMaySecurityDoesItAndTheTrailSaysWho() throws IOException {
    EncryptedNodes.soon()
        .ignoreExceptions()
        .until(() -> admin.privacy().encrypt("pay*").thenApply(_ -> true).join());
    String subject = texts.next();
    long id =
        web.push("pay", SealedJobs.packed(texts.next()), PushOptions.DEFAULTS.withSubject(subject))
            .join();
    for (Function<Privacy, CompletableFuture<?>> call :
        List.<Function<Privacy, CompletableFuture<?>>>of(
            privacy -> privacy.encrypt("mail"),
            privacy -> privacy.stopEncrypting("pay*"),
            privacy -> privacy.destroyKeys("pay*"),
            privacy -> privacy.destroySubject(subject),
            Privacy::encryption)) {
      isForbidden(call.apply(web.privacy()));
    }
    assertThat(web.job(id).join().orElseThrow().unreadable()).isFalse();
    nodes.awaitRing(() -> admin.privacy().encryption().join().ring(), 1);

    assertThat(admin.privacy().destroySubject(subject).join()).isEqualTo(1);
    admin.privacy().destroyKeys("pay*").join();
    admin.privacy().stopEncrypting("pay*").join();
    nodes.awaitRing(() -> admin.privacy().encryption().join().ring(), 2);
    assertThat(web.job(id).join().orElseThrow().unreadable()).isTrue();
    for (LocalNode node : nodes.all()) {
      for (String action :
          List.of(
              "setEncryption", "stopEncryption", "destroyKeys", "destroySubject", "beginRing")) {
        String records = trail(node, action);
        assertThat(records).as("%s", action).contains("\"action\":\"" + action + "\"");
        assertThat(texts.isIn(records)).isFalse();
        if (!action.equals("beginRing")) {
          assertThat(records)
              .contains("\"userId\":\"admin\"", "\"userId\":\"web\"", "\"code\":\"FORBIDDEN\"");
        }
      }
    }
    nodes.cluster.awaitLeader(START);
    nodes.stopAll();
    assertThat(texts.filesIn(nodes.nodesFolder())).isEmpty();
  }
}
