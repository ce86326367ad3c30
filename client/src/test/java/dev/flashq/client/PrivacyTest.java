package dev.flashq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.protocol.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrivacyTest {
  private static final String STATUS =
      "\"id\":7,\"state\":\"running\",\"user\":\"ada\",\"field\":\"userId\",\"fields\":[\"email\"],"
          + "\"queues\":[\"*\"],\"states\":[\"completed\"],\"dry_run\":true,\"began\":1700000000000,"
          + "\"ended\":0,\"progress\":0.25,\"looked\":1,\"matched\":2,\"changed\":3,\"active\":4,"
          + "\"unreadable\":5,\"missed\":6";

  private FakeNode node;
  private FlashQ client;

  @BeforeEach
  void start() throws IOException {
    node = new FakeNode();
    client = FlashQ.at(node.address()).connect();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    node.close();
  }

  @Test
  void beginsAnErasure() {
    node.script = _ -> "\"ok\":true,\"id\":7";
    Erasure erasure =
        Erasure.where("userId", Data.of("u-1"))
            .set("email", Data.of("[REDACTED]"))
            .set("personalData", Data.NULL)
            .delete("name")
            .inQueues("mail*", "pay")
            .inStates("completed")
            .onlyCounting();
    assertThat(client.privacy().erase(erasure).join()).isEqualTo(7);
    assertThat(node.of("ERASE").getFirst())
        .contains(
            "\"client_seq\":",
            "\"field\":\"userId\",\"equals\":\"u-1\",\"set\":{\"email\":\"[REDACTED]\","
                + "\"personalData\":null},\"delete\":[\"name\"],\"queues\":[\"mail*\",\"pay\"],"
                + "\"states\":[\"completed\"],\"dry_run\":true");
  }

  @Test
  void tellsHowFarAnErasureIs() {
    node.script =
        request ->
            request.contains("\"id\":7")
                ? "\"ok\":true," + STATUS
                : "\"ok\":true,\"erasures\":[{"
                    + STATUS
                    + "},{\"id\":6,\"state\":\"done\",\"user\":null,\"field\":\"f\"}]";
    ErasureStatus status = client.privacy().erasure(7).join();
    assertThat(status.isRunning()).isTrue();
    assertThat(status)
        .isEqualTo(
            new ErasureStatus(
                7,
                "running",
                "ada",
                "userId",
                List.of("email"),
                List.of("*"),
                List.of("completed"),
                true,
                1_700_000_000_000L,
                0,
                0.25,
                1,
                2,
                3,
                4,
                5,
                6));
    assertThat(client.privacy().erasures().join()).hasSize(2).first().isEqualTo(status);
    assertThat(client.privacy().erasures().join().getLast())
        .satisfies(last -> assertThat(last.isRunning()).isFalse())
        .extracting(ErasureStatus::user)
        .isNull();
  }

  @Test
  void endsAnErasure() {
    node.script =
        _ -> "\"ok\":false,\"error\":\"There is no erasure 8\",\"code\":\"ERASURE_NOT_FOUND\"";
    assertThatThrownBy(() -> client.privacy().cancelErasure(8).join())
        .cause()
        .isInstanceOfSatisfying(
            FlashQException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ERASURE_NOT_FOUND));
    assertThat(node.of("ERASECANCEL").getFirst()).contains("\"id\":8");
  }

  @Test
  void saysWhatIsKept() {
    Retention retention =
        Retention.of("mail*")
            .withCompletedAge(Duration.ofDays(30))
            .withCompletedCount(10)
            .withDeadAge(Duration.ofDays(90))
            .withDeadCount(20);
    node.script =
        _ ->
            "\"ok\":true,\"retention\":[{\"queue\":\"mail*\",\"completed_age\":2592000000,"
                + "\"completed_count\":10,\"dead_age\":7776000000,\"dead_count\":20}],\"more\":false";
    client.privacy().setRetention(retention).join();
    assertThat(client.privacy().retentions().join()).containsExactly(retention);
    client.privacy().deleteRetention("mail*").join();
    assertThat(node.of("RETENTIONSET").getFirst())
        .contains(
            "\"queue\":\"mail*\",\"completed_age\":2592000000,\"completed_count\":10,"
                + "\"dead_age\":7776000000,\"dead_count\":20");
    assertThat(node.of("RETENTIONDELETE").getFirst()).contains("\"queue\":\"mail*\"");
  }

  @Test
  void encryptsQueuesAndDestroysKeys() {
    node.script = _ -> "\"ok\":true,\"count\":1";
    client.privacy().encrypt("pay*").join();
    client.privacy().stopEncrypting("pay*").join();
    client.privacy().destroyKeys("pay*").join();
    assertThat(client.privacy().destroySubject("user-4711").join()).isEqualTo(1);
    for (String command : List.of("ENCRYPTIONSET", "ENCRYPTIONDELETE", "ENCRYPTIONDESTROY")) {
      assertThat(node.of(command).getFirst()).contains("\"client_seq\":", "\"queue\":\"pay*\"");
    }
    assertThat(node.of("SUBJECTDESTROY").getFirst())
        .contains("\"client_seq\":", "\"subject\":\"user-4711\"");
  }

  @Test
  void tellsWhatIsEncrypted() {
    node.script =
        _ ->
            "\"ok\":true,\"encryption\":[{\"queue\":\"pay*\",\"key\":5,\"since\":1000,\"keys\":2}],"
                + "\"ring\":3,\"ring_changing\":true,\"subjects\":7,\"destroyed\":2,"
                + "\"reseal\":{\"state\":\"running\",\"began\":10,\"ended\":0,\"progress\":0.5,"
                + "\"looked\":50,\"changed\":40,\"unreadable\":1,\"missed\":6}";
    Encryption encryption = client.privacy().encryption().join();
    assertThat(encryption)
        .isEqualTo(
            new Encryption(
                List.of(new Encryption.Namespace("pay*", 5, 1000, 2)),
                3,
                true,
                7,
                2,
                new Encryption.Reseal("running", 10, 0, 0.5, 50, 40, 1, 6)));
    assertThat(encryption.reseal().isRunning()).isTrue();
  }

  @Test
  void showsWhatNobodyCanReadAnyMore() {
    node.script =
        request ->
            "\"ok\":true,\"job\":{\"id\":7,\"queue\":\"pay\",\"state\":\"waiting\",\"data\":null"
                + (request.contains("\"id\":7") ? ",\"unreadable\":true}" : "}");
    assertThat(client.job(7).join().orElseThrow().unreadable()).isTrue();
    assertThat(client.job(8).join().orElseThrow().unreadable()).isFalse();
  }
}
