package dev.flashq.chaos;

import static dev.flashq.chaos.EncryptedNodes.START;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.chaos.Asked.Said;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.client.PushOptions;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was encrypted under a key that is destroyed cannot be read any more: not on the nodes, and
 * not from a backup that was made before.
 */
class KeyDestructionTest {
  private static final Duration WAIT = Duration.ofSeconds(5);

  @TempDir Path folder;
  private final PlantedTexts texts = new PlantedTexts();
  private final PlantedTexts lasting = new PlantedTexts();
  private final List<Long> destroyed = new ArrayList<>();
  private final Map<Long, String> kept = new TreeMap<>();
  private EncryptedNodes nodes;
  private FlashQ client;
  private String subject = "";

  @BeforeEach
  void start() throws IOException {
    nodes = new EncryptedNodes(folder);
    client = FlashQ.at(nodes.cluster.addresses()).timeout(Duration.ofSeconds(60)).connect();
    subject = texts.next();
  }

  @AfterEach
  void stop() {
    client.close();
    nodes.close();
  }

  private long push(String queue, String text, PushOptions options) {
    return client.push(queue, SealedJobs.packed(text), options).join();
  }

  private static PushOptions about(String who) {
    return PushOptions.DEFAULTS.withSubject(who);
  }

  private void keep(String queue, PushOptions options) {
    String text = lasting.next();
    kept.put(push(queue, text, options), text);
  }

  /** Of the subject in a queue that stays, and of everybody in one whose keys are destroyed. */
  private void push() {
    for (int i = 0; i < 5; i++) {
      destroyed.add(push("pay", texts.next(), PushOptions.DEFAULTS));
      destroyed.add(push("pay", texts.next(), about("bob")));
      destroyed.add(push("mail", i == 0 ? texts.large() : texts.next(), about(subject)));
      keep("mail", PushOptions.DEFAULTS);
      keep("mail", about("bob"));
    }
    long done = push("mail.done", texts.next(), about(subject));
    Job job = client.pull("mail.done", 1, WAIT).join().getFirst();
    client.progress(job, 5, texts.next()).join();
    client.ack(job, SealedJobs.packed(texts.large())).join();
    destroyed.add(done);
    long dead = push("mail.dead", texts.next(), about(subject).withRetries(1, Duration.ZERO));
    client.fail(client.pull("mail.dead", 1, WAIT).join().getFirst(), texts.next()).join();
    destroyed.add(dead);
  }

  private String answered(Asked by, LocalNode node, String command) {
    String answer = by.say(node, command);
    assertThat(texts.isIn(answer)).as(answer).isFalse();
    return answer;
  }

  private void isGone(long id, Asked by, LocalNode node) {
    Said answer = by.done(node, "{'cmd':'GETJOB','id':" + id + "}");
    var job = (Map<?, ?>) answer.get("job");
    assertThat(job.get("unreadable")).as("%s %s", node.id(), job).isEqualTo(true);
    for (String field : List.of("data", "result", "error")) {
      assertThat(job.get(field)).as(field).isNull();
    }
    assertThat(texts.isIn(answer.fields().toString())).isFalse();
  }

  private void whatIsLeftIsSeenBy(LocalNode node) {
    for (Asked by : Asked.values()) {
      destroyed.forEach(id -> isGone(id, by, node));
      kept.forEach(
          (id, text) ->
              assertThat(answered(by, node, "{'cmd':'GETJOB','id':" + id + "}"))
                  .contains(text)
                  .doesNotContain("unreadable"));
      for (String queue : List.of("pay", "mail", "mail.done", "mail.dead")) {
        assertThat(answered(by, node, "{'cmd':'GETJOBS','queue':'" + queue + "','limit':1000}"))
            .contains("\"unreadable\":true");
      }
      answered(by, node, "{'cmd':'DLQ','queue':'mail.dead'}");
    }
  }

  private void destroy() {
    nodes.awaitRing(1);
    assertThat(client.privacy().destroySubject(subject).join()).isEqualTo(1);
    nodes.awaitRing(2);
    nodes.route(nodes.cluster.awaitLeader(START), "POST", "/queues/pay*/encryption/destroy", "");
    nodes.awaitRing(3);
  }

  @Test
  void whatIsDestroyedIsGoneOnAllNodesAndInBackupsThatWereMadeBefore() throws IOException {
    nodes.encrypt(Asked.BY_TCP, nodes.node(0), "pay*");
    nodes.encrypt(Asked.BY_HTTP, nodes.node(2), "mail*");
    push();
    nodes.awaitRing(1);
    nodes.stopAll();
    Path backup = nodes.backUp();
    nodes.startAll();
    destroyed.add(
        push("mail.held", texts.next(), about(subject).withStallTimeout(Duration.ofHours(1))));
    Job held = client.pull("mail.held", 1, WAIT).join().getFirst();

    LocalNode away = nodes.otherThan(nodes.cluster.awaitLeader(START));
    away.kill();
    destroy();
    assertThat(nodes.ringFiles(away)).singleElement().asString().startsWith("ring-1-");
    away.start();
    nodes.cluster.awaitReady(START);
    nodes.awaitRing(3);
    client.progress(held, 5, texts.next()).join();
    client.ack(held, SealedJobs.packed(texts.next())).join();
    assertThat(client.job(held.id()).join().orElseThrow().state()).isEqualTo("completed");
    nodes.all().forEach(this::whatIsLeftIsSeenBy);
    Job first = client.pull("pay", 1, WAIT).join().getFirst();
    assertThat(first.unreadable()).isTrue();
    assertThat(first.data().value()).isNull();
    keep("pay", PushOptions.DEFAULTS);
    keep("mail", about(subject));

    nodes.killAllAndStartThemAgain();
    nodes.all().forEach(this::whatIsLeftIsSeenBy);
    nodes.stopAll();
    assertThat(texts.filesIn(nodes.nodesFolder())).isEmpty();

    nodes.restore(backup);
    destroyed.remove(Long.valueOf(held.id()));
    nodes.startAll();
    nodes.all().forEach(this::nothingIsShownBy);
    nodes.stopAll();
    assertThat(texts.filesIn(nodes.nodesFolder())).isEmpty();
  }

  /** The keys stand in the backup, but what unwraps them is nowhere any more. */
  private void nothingIsShownBy(LocalNode node) {
    for (Asked by : Asked.values()) {
      for (long id : destroyed) {
        for (String cmd : List.of("GETJOB", "GETRESULT", "GETPROGRESS")) {
          String answer = answered(by, node, "{'cmd':'" + cmd + "','id':" + id + "}");
          if (cmd.equals("GETJOB")) {
            assertThat(answer).contains("\"code\":\"KEY_UNAVAILABLE\"");
          }
        }
      }
      for (String queue : List.of("pay", "mail", "mail.done", "mail.dead")) {
        assertThat(answered(by, node, "{'cmd':'GETJOBS','queue':'" + queue + "'}"))
            .contains("\"code\":\"KEY_UNAVAILABLE\"");
        answered(by, node, "{'cmd':'DLQ','queue':'" + queue + "'}");
      }
      assertThat(answered(by, node, "{'cmd':'PULL','queue':'pay','timeout':100}"))
          .contains("\"code\":\"KEY_UNAVAILABLE\"");
      assertThat(requireNonNull(answered(by, node, "{'cmd':'ENCRYPTIONSET','queue':'new'}")))
          .contains("\"code\":\"KEY_UNAVAILABLE\"");
    }
  }
}
