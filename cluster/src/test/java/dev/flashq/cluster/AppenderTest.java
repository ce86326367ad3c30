package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Pushed;
import dev.flashq.statemachine.Reply.Refused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What brings entries to followers, while everything around it changes. */
class AppenderTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int ROUNDS = 40;
  private static final int PUSHES = 50;

  @TempDir Path folder;

  private static void assertAllPushed(List<CompletableFuture<Reply>> replies) {
    assertThat(replies)
        .allSatisfy(reply -> assertThat(reply).succeedsWithin(SOON).isInstanceOf(Pushed.class));
  }

  @Test
  void entriesArriveOnceHoweverOftenConnectionsEnd() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      List<CompletableFuture<Reply>> replies = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PUSHES; i++) {
          replies.add(cluster.push(leader, "\"job " + replies.size() + "\""));
        }
        cluster.node(leader).renewLinks();
        // With a majority at its side it goes on: every other round both are connected again.
        if (round % 2 == 0) {
          assertThat(replies.getLast()).succeedsWithin(SOON);
        }
      }

      assertAllPushed(replies);
      cluster.awaitSameState();
      for (String node : List.of("n1", "n2", "n3")) {
        assertThat(cluster.engine(node).pushes()).as(node).hasSize(ROUNDS * PUSHES);
        assertThat(cluster.engine(node).pushes().values()).as(node).containsOnly(1);
      }
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  @Test
  void entriesArriveOnceWhoeverLeads() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      List<CompletableFuture<Reply>> replies = new ArrayList<>();
      for (int round = 0; round < 6; round++) {
        String leader = cluster.leader();
        for (String node : List.of("n1", "n2", "n3")) {
          for (int i = 0; i < PUSHES; i++) {
            replies.add(cluster.push(node, "\"job " + replies.size() + "\""));
          }
        }
        cluster.node(leader).mayLead(false);
        await().atMost(SOON).until(() -> !leader.equals(cluster.node(leader).view().leader()));
        cluster.node(leader).mayLead(true);
      }

      for (CompletableFuture<Reply> reply : replies) {
        assertThat(reply).succeedsWithin(SOON);
      }
      long pushed = replies.stream().filter(reply -> reply.join() instanceof Pushed).count();
      assertThat(replies.stream().filter(reply -> reply.join() instanceof Refused).count())
          .as("not answered in time")
          .isEqualTo(replies.size() - pushed);
      cluster.awaitSameState();
      assertThat((long) cluster.engine("n1").pushes().size())
          .isBetween(pushed, (long) replies.size());
      assertThat(cluster.engine("n1").pushes().values()).containsOnly(1);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  /** What a member has missed is no longer in the memory of the leader. */
  @Test
  void aMemberThatWasAwayGetsEntriesFromTheDisk() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      String away = cluster.follower();
      cluster.kill(away);
      var data = new Payload(Payload.Encoding.JSON, ByteString.copyFrom(new byte[900 * 1024]));
      var push =
          new Command.PushJobs(TestCluster.MAIL, List.of(new NewJob(data, JobOptions.DEFAULTS)));
      for (int i = 0; i < 100; i++) {
        assertThat(cluster.gateway(leader).submit(Principal.ANONYMOUS, null, push))
            .succeedsWithin(SOON)
            .isInstanceOf(Pushed.class);
      }
      cluster.start(away);

      cluster.awaitSameState();
      assertThat(cluster.push(away, "\"after\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  /**
   * The log of a leader begins with the entry of its election, the one that it would send first to
   * a member that is away; the one before it is nowhere.
   */
  @Test
  void aMemberThatWasAwayGetsACheckpointFromALeaderWhoseLogBeginsWithItsElection() {
    try (var cluster = new TestCluster(folder, 3, 64 * 1024).startAll()) {
      String first = cluster.leader();
      String away = cluster.follower();
      cluster.kill(away);
      assertThat(cluster.push(first, "\"before\"")).succeedsWithin(SOON);
      cluster.node(first).mayLead(false);
      await().atMost(SOON).until(() -> !first.equals(cluster.node(first).view().leader()));
      String second = cluster.leader();
      cluster.node(first).mayLead(true);
      String filling = "x".repeat(8 * 1024);
      for (int i = 0; i < 200; i++) {
        assertThat(cluster.push(second, "\"" + i + filling + "\"")).succeedsWithin(SOON);
      }
      assertThat(cluster.node(second).takeSnapshot()).succeedsWithin(SOON);
      cluster.start(away);

      cluster.awaitSameState();
      assertThat(cluster.leader()).isEqualTo(second);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  /** Its followers do not wait for the silence after which they would ask for votes. */
  @Test
  void aKilledLeaderHasASuccessorBeforeTheElectionTimeout() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      assertThat(cluster.push(cluster.leader(), "\"a\"")).succeedsWithin(SOON);
      long best = Long.MAX_VALUE;
      for (int attempt = 0; attempt < 3; attempt++) {
        String leader = cluster.leader();
        String survivor = cluster.follower();
        long term = cluster.node(survivor).view().term();
        long start = System.nanoTime();
        Thread.startVirtualThread(() -> cluster.node(leader).cutOff());
        await()
            .pollInterval(Duration.ofMillis(2))
            .atMost(SOON)
            .until(() -> cluster.node(survivor).view().term() > term);
        best = Math.min(best, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        cluster.kill(leader);
        cluster.start(leader);
        cluster.leader();
      }
      assertThat(best)
          .as("milliseconds until there was another term; the timeout begins with 500")
          .isLessThan(450);
      assertThat(cluster.push(cluster.leader(), "\"b\"")).succeedsWithin(SOON);
    }
  }
}
