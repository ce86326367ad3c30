package dev.flashq.chaos;

import static dev.flashq.chaos.EncryptedNodes.START;
import static dev.flashq.chaos.EncryptedNodes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.client.JobFilter;
import dev.flashq.client.NewJob;
import dev.flashq.client.PushOptions;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encryption at rest on three real nodes that are killed, by TCP and HTTP. */
class EncryptionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration WAIT = Duration.ofSeconds(2);

  @TempDir Path folder;
  private final PlantedTexts texts = new PlantedTexts();
  private final PlantedTexts clearTexts = new PlantedTexts();
  private EncryptedNodes nodes;
  private FlashQ client;

  @BeforeEach
  void start() throws IOException {
    nodes = new EncryptedNodes(folder);
    client = FlashQ.at(nodes.cluster.addresses()).timeout(PATIENCE).connect();
  }

  @AfterEach
  void stop() {
    client.close();
    nodes.close();
  }

  private void noTextIsOnAnyDisk() throws IOException {
    nodes.stopAll();
    assertThat(texts.filesIn(nodes.nodesFolder())).isEmpty();
    for (LocalNode node : nodes.all()) {
      assertThat(texts.rowsIn(nodes.data(node), node.id())).isZero();
    }
  }

  @Test
  void noDiskShowsWhatAllAnswersShow() throws IOException {
    nodes.encrypt(Asked.BY_TCP, nodes.node(0), "pay*");
    var jobs = new SealedJobs("pay.", texts, nodes, client);
    jobs.make(nodes.node(1));
    nodes.all().forEach(jobs::areShownBy);

    var flow = new Flow("pay.flow");
    LocalNode leader = nodes.cluster.awaitLeader(START);
    flow.begin();
    flow.awaitJobs(200);
    leader.kill();
    flow.awaitJobs(400);
    jobs.areShownBy(nodes.otherThan(leader));
    leader.start();
    nodes.cluster.awaitReady(START);
    flow.end();
    flow.isShown();

    nodes.killAllAndStartThemAgain();
    jobs.make(nodes.node(2));
    nodes.all().forEach(jobs::areShownBy);
    flow.isShown();

    for (int i = 0; i < 20; i++) {
      client.push("clear", SealedJobs.packed(clearTexts.next())).join();
    }
    noTextIsOnAnyDisk();
    assertThat(clearTexts.filesIn(nodes.nodesFolder())).isNotEmpty();
    long most = 0;
    for (LocalNode node : nodes.all()) {
      most = Math.max(most, clearTexts.rowsIn(nodes.data(node), node.id()));
    }
    assertThat(most).isEqualTo(20);
  }

  private static final int CLEAR = 1500;

  private void pushInTheClear() {
    String pad = "x".repeat(4000);
    for (int i = 0; i < CLEAR; i += 500) {
      var jobs = new ArrayList<NewJob>();
      while (jobs.size() < 500) {
        jobs.add(new NewJob(SealedJobs.packed(texts.next() + pad), PushOptions.DEFAULTS));
      }
      client.pushAll("mail.old", jobs).join().forEach(each -> assertThat(each.refusal()).isNull());
    }
  }

  private void allIsThere() {
    assertThat(
            client
                .jobs(JobFilter.of("mail.old"))
                .filter(job -> texts.isIn(job.data().json()) && !job.unreadable())
                .map(Job::id)
                .distinct()
                .count())
        .isEqualTo(CLEAR);
  }

  private long key() {
    return nodes.namespace("mail*").number("key");
  }

  /** While jobs come and go and the leader is killed. */
  private void encryptAnew(Flow flow, Asked by) {
    LocalNode leader = nodes.cluster.awaitLeader(START);
    nodes.encrypt(by, nodes.otherThan(leader), "mail*");
    leader.kill();
    flow.awaitMore(100);
    leader.start();
    nodes.cluster.awaitReady(START);
    Map<?, ?> reseal = nodes.sealedAnew();
    assertThat(reseal.get("unreadable")).isEqualTo(0L);
    assertThat(reseal.get("missed")).isEqualTo(0L);
    assertThat(nodes.namespace("mail*").number("keys")).isEqualTo(1);
    allIsThere();
  }

  @Test
  void aNewKeySealsEverythingAnewThoughTheLeaderIsKilled() throws IOException {
    pushInTheClear();
    var flow = new Flow("mail.flow");
    flow.begin();
    encryptAnew(flow, Asked.BY_TCP);
    long key = key();
    encryptAnew(flow, Asked.BY_HTTP);
    assertThat(key()).isGreaterThan(key);
    flow.end();
    flow.isShown();
    nodes.killAllAndStartThemAgain();
    assertThat(nodes.namespace("mail*").number("keys")).isEqualTo(1);
    allIsThere();
    flow.isShown();
    nodes.stopAll();
    for (LocalNode node : nodes.all()) {
      assertThat(texts.rowsIn(nodes.data(node), node.id())).isZero();
    }
  }

  private String answered(Asked by, LocalNode node, String command) {
    String answer = by.say(node, command);
    assertThat(texts.isIn(answer)).as(answer).isFalse();
    return answer;
  }

  private void hasNoKey(LocalNode node, String command) {
    for (Asked by : Asked.values()) {
      assertThat(answered(by, node, command)).contains("\"code\":\"KEY_UNAVAILABLE\"");
    }
  }

  @Test
  void aNodeWithoutItsMasterKeyServesWhatIsNotEncrypted() throws Exception {
    nodes.encrypt(Asked.BY_TCP, nodes.node(0), "pay*");
    String data = texts.next();
    long id = client.push("pay", SealedJobs.packed(data)).join();
    long held = client.push("pay.held", SealedJobs.packed(texts.next())).join();
    long lease = client.pull("pay.held", 1, WAIT).join().getFirst().lease();
    LocalNode poor = nodes.otherThan(nodes.cluster.awaitLeader(START));
    poor.stop();
    nodes.takeMasterKey(poor);
    poor.start();
    nodes.cluster.awaitReady(START);

    String planted = "{'text':'" + texts.next() + "'}";
    hasNoKey(poor, "{'cmd':'PUSH','queue':'pay','data':" + planted + "}");
    hasNoKey(poor, "{'cmd':'PUSHB','queue':'pay','jobs':[{'data':" + planted + "}]}");
    hasNoKey(poor, "{'cmd':'PULL','queue':'pay','timeout':100}");
    hasNoKey(poor, "{'cmd':'PULLB','queue':'pay','count':5,'timeout':100}");
    hasNoKey(poor, "{'cmd':'UPDATEJOB','id':" + id + ",'data':" + planted + "}");
    String claim = "'id':" + held + ",'lease':" + lease;
    hasNoKey(poor, "{'cmd':'ACK'," + claim + ",'result':" + planted + "}");
    hasNoKey(poor, "{'cmd':'FAIL'," + claim + ",'error':'" + texts.next() + "'}");
    hasNoKey(
        poor, "{'cmd':'PROGRESS'," + claim + ",'progress':1,'message':'" + texts.next() + "'}");
    hasNoKey(poor, "{'cmd':'GETJOB','id':" + id + "}");
    hasNoKey(poor, "{'cmd':'GETJOBS','queue':'pay'}");
    hasNoKey(poor, "{'cmd':'GETJOBSBATCH','ids':[" + id + "," + held + "]}");
    hasNoKey(poor, "{'cmd':'ENCRYPTIONSET','queue':'other'}");
    hasNoKey(poor, "{'cmd':'SUBJECTDESTROY','subject':'" + texts.next() + "'}");
    assertThat(nodes.sent(poor, "GET", "/jobs/" + id, "").statusCode()).isEqualTo(503);
    for (Asked by : Asked.values()) {
      by.done(poor, "{'cmd':'PUSH','queue':'clear','data':1}");
      by.done(poor, "{'cmd':'PULL','queue':'clear'}");
      by.done(poor, "{'cmd':'ENCRYPTIONLIST'}");
    }
    Job job = client.pull("pay", 1, WAIT).join().getFirst();
    assertThat(job.id()).isEqualTo(id);
    assertThat(job.attempts()).isZero();
    assertThat(job.data()).isEqualTo(SealedJobs.packed(data));

    poor.stop();
    nodes.giveOtherMasterKey(poor);
    poor.start();
    soon().until(() -> poor.exitCode().isPresent());
    assertThat(poor.exitCode()).hasValue(70);
    assertThat(Files.readString(poor.output()))
        .contains("ring key 1: this node has no master key local:");
    nodes.giveMasterKeyBack(poor);
    poor.start();
    nodes.cluster.awaitReady(START);
    assertThat(Asked.BY_TCP.say(poor, "{'cmd':'GETJOB','id':" + id + "}")).contains(data);
    noTextIsOnAnyDisk();
  }

  @Test
  void rulesAndErasuresSeeWhatIsEncrypted() throws Exception {
    nodes.encrypt(Asked.BY_HTTP, nodes.node(1), "pay*");
    nodes.route(nodes.node(0), "PUT", "/queues/pay*/policy", "{'no_card_numbers':true}");
    nodes.route(
        nodes.node(0),
        "PUT",
        "/queues/pay.to/schema",
        "{'schema':{'type':'object','required':['to']}}");
    for (LocalNode node : nodes.all()) {
      for (Asked by : Asked.values()) {
        String card = "'data':{'card':'4111111111111111'}}";
        assertThat(by.say(node, "{'cmd':'PUSH','queue':'pay'," + card))
            .contains("VALIDATION_ERROR", "/card looks like a card number");
        assertThat(by.say(node, "{'cmd':'PUSH','queue':'pay.to','data':{}}"))
            .contains("VALIDATION_ERROR");
      }
    }
    String about = "{'user':'u-1','mail':'" + texts.large() + "'}";
    var ids = new ArrayList<Long>();
    for (Asked by : Asked.values()) {
      ids.add(
          by.done(nodes.node(0), "{'cmd':'PUSH','queue':'pay','data':" + about + "}").number("id"));
    }
    Job job = client.pull("pay", 1, WAIT).join().getFirst();
    client.ack(job, Data.of(Map.of("user", "u-1", "mail", texts.next()))).join();
    long erasure =
        Asked.BY_HTTP
            .done(
                nodes.node(1),
                "{'cmd':'ERASE','field':'user','equals':'u-1','set':{'mail':'[gone]'}}")
            .number("id");
    soon().until(() -> !client.privacy().erasure(erasure).join().isRunning());
    assertThat(client.privacy().erasure(erasure).join().changed()).isEqualTo(2);
    for (long id : ids) {
      for (LocalNode node : nodes.all()) {
        assertThat(answered(Asked.BY_TCP, node, "{'cmd':'GETJOB','id':" + id + "}"))
            .contains("\"data\":{\"user\":\"u-1\",\"mail\":\"[gone]\"}");
      }
    }
    assertThat(client.job(job.id()).join().orElseThrow().result().json()).contains("[gone]");
    noTextIsOnAnyDisk();
  }

  /** Jobs that are pushed and worked off while something happens to the nodes. */
  private final class Flow {
    private final String queue;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<Long, String> results = new ConcurrentHashMap<>();
    private @Nullable Thread thread;

    Flow(String queue) {
      this.queue = queue;
    }

    void begin() {
      thread = Thread.ofVirtual().start(this::work);
    }

    private void work() {
      while (!stopped.get()) {
        for (int i = 0; i < 10; i++) {
          client.push(queue, SealedJobs.packed(texts.next()), PushOptions.DEFAULTS).join();
        }
        for (Job job : client.pull(queue, 10, WAIT).join()) {
          assertThat(job.data().json()).contains("planted");
          String result = texts.next();
          client.ack(job, SealedJobs.packed(result)).join();
          results.put(job.id(), result);
        }
      }
    }

    void awaitMore(int count) {
      awaitJobs(results.size() + count);
    }

    void awaitJobs(int count) {
      soon().until(() -> results.size() >= count || !alive());
      assertThat(alive()).isTrue();
    }

    private boolean alive() {
      Thread running = thread;
      return running != null && running.isAlive();
    }

    void end() {
      assertThat(alive()).isTrue();
      stopped.set(true);
      try {
        java.util.Objects.requireNonNull(thread).join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void isShown() {
      Map<Long, String> shown = new ConcurrentHashMap<>();
      client
          .jobs(JobFilter.of(queue).in("completed"))
          .forEach(
              job -> {
                assertThat(job.data().json()).contains("planted");
                shown.put(job.id(), job.result().json());
              });
      results.forEach((id, result) -> assertThat(shown.get(id)).contains(result));
    }
  }
}
