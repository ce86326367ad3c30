package dev.flashq.cluster;

import static dev.flashq.protocol.ErrorCode.OUTCOME_UNKNOWN;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.cluster.config.Member;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Pushed;
import dev.flashq.statemachine.Reply.Refused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailoverTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path folder;

  @Test
  void losesAndRepeatsNothingWhenTheLeaderDies() throws Exception {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      String survivor = cluster.follower();
      Map<String, Reply> replies = new ConcurrentHashMap<>();
      var stop = new AtomicBoolean();
      var loaded = new CountDownLatch(500);
      Thread load =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; !stop.get(); i++) {
                      String data = "\"job " + i + "\"";
                      replies.put(data, cluster.push(survivor, data).join());
                      loaded.countDown();
                    }
                  });
      assertThat(loaded.await(20, TimeUnit.SECONDS)).isTrue();

      cluster.kill(leader);
      int before = replies.size();
      await().atMost(SOON).until(() -> replies.size() > before + 300);
      stop.set(true);
      load.join();

      cluster.awaitSameState();
      Map<String, Integer> pushes = cluster.engine(survivor).pushes();
      assertThat(pushes.values()).allMatch(times -> times == 1);
      replies.forEach(
          (data, reply) -> {
            if (reply instanceof Pushed) {
              assertThat(pushes).containsKey(data);
            }
          });
      assertThat(replies.values())
          .filteredOn(Pushed.class::isInstance)
          .hasSizeGreaterThan(replies.size() - 3);
    }
  }

  @Test
  void answersInTimeWhileThereIsNoMajority() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String last = cluster.follower();
      cluster.killAll(
          cluster.members().stream().map(Member::id).filter(id -> !id.equals(last)).toList());

      long began = System.nanoTime();
      Reply early = cluster.push(last, "\"early\"").orTimeout(8, TimeUnit.SECONDS).join();
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isLessThan(Duration.ofMillis(Limits.COMMIT_WAIT_MS + 500));
      assertThat(((Refused) early).code()).isIn(Set.of(SERVICE_UNAVAILABLE, OUTCOME_UNKNOWN));

      Reply later = cluster.push(last, "\"later\"").orTimeout(8, TimeUnit.SECONDS).join();
      assertThat(((Refused) later).code()).isEqualTo(SERVICE_UNAVAILABLE);
      assertThat(cluster.node(last).view().ready()).isFalse();
      // The answer comes a moment before the command is counted out.
      await().atMost(SOON).until(() -> cluster.node(last).pendingCommands() == 0);
    }
  }

  @Test
  void remembersEverythingAfterARestartOfAll() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      cluster.leader();
      for (int i = 0; i < 20; i++) {
        cluster.push("n" + (1 + i % 3), "\"job " + i + "\"").join();
      }
      cluster.killAll(Set.of("n1", "n2", "n3"));

      cluster.startAll();
      cluster.leader();

      assertThat(cluster.push("n2", "\"after\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
      cluster.awaitSameState();
      assertThat(cluster.engine("n1").pushes())
          .hasSize(21)
          .allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }
  }

  @Test
  void handsOverTheLeadershipWhenItStopsInOrder() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      String survivor = cluster.follower();
      cluster.push(survivor, "\"before\"").join();
      cluster.awaitSameState();

      Thread stopping = Thread.ofPlatform().start(() -> cluster.stop(leader));

      long worst = 0;
      while (stopping.isAlive()) {
        long began = System.nanoTime();
        assertThat(cluster.push(survivor, "\"during\""))
            .succeedsWithin(SOON)
            .isInstanceOf(Pushed.class);
        worst = Math.max(worst, System.nanoTime() - began);
      }
      assertThat(Duration.ofNanos(worst)).isLessThan(Duration.ofSeconds(1));
    }
  }

  @Test
  void stopsTheNodeWhoseStorageFails() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      String follower = cluster.follower();
      // From now on no entry is applied there, be it the one that raises the feature level.
      cluster.engine(follower).breakDisk();

      assertThat(cluster.push(leader, "\"a\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);

      await().atMost(SOON).until(() -> !cluster.fatal().isEmpty());
      assertThat(cluster.fatal().getFirst())
          .hasMessageContaining("the disk of the fake engine is broken");
      assertThat(cluster.push(follower, "\"b\""))
          .succeedsWithin(SOON)
          .isInstanceOfSatisfying(
              Refused.class, refused -> assertThat(refused.code().retryable()).isTrue());
    }
  }
}
