package dev.flashq.chaos;

import static dev.flashq.chaos.EncryptedNodes.START;
import static dev.flashq.chaos.EncryptedNodes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.client.JobFilter;
import dev.flashq.client.PushOptions;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
    nodes = new EncryptedNodes(folder, Map.of());
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
    var jobs = new SealedJobs("pay.", texts, client);
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
