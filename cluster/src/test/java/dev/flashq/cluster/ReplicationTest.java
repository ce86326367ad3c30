package dev.flashq.cluster;

import static dev.flashq.cluster.TestCluster.MAIL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.config.Member;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Pushed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicationTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path folder;

  @Test
  void answersOnTheLeaderAndOnFollowers() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      cluster.leader();

      for (String node : List.of("n1", "n2", "n3")) {
        assertThat(cluster.push(node, "\"from " + node + "\""))
            .succeedsWithin(SOON)
            .isInstanceOf(Pushed.class);
      }

      cluster.awaitSameState();
      assertThat(cluster.engine("n1").pushes()).hasSize(3);
    }
  }

  @Test
  void carriesManyCommandsInFewEntries() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String follower = cluster.follower();
      List<CompletableFuture<Reply>> replies = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        replies.add(cluster.push(follower, "\"job " + i + "\""));
      }

      assertThat(replies)
          .allSatisfy(reply -> assertThat(reply).succeedsWithin(SOON).isInstanceOf(Pushed.class));
      assertThat(cluster.engine(follower).pushes()).hasSize(5_000);
      assertThat(cluster.engine(follower).lastApplied().index()).isLessThan(2_500);
      await().atMost(SOON).until(() -> cluster.node(follower).pendingCommands() == 0);
    }
  }

  @Test
  void replicatesAnEntryOfTheGreatestSize() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      var half =
          new Payload(Payload.Encoding.JSON, ByteString.copyFrom(new byte[8 * 1024 * 1024 - 100]));
      var job = new NewJob(half, JobOptions.DEFAULTS);
      var push = new Command.PushJobs(MAIL, List.of(job, job));

      for (String node : List.of(cluster.leader(), cluster.follower())) {
        assertThat(cluster.gateway(node).submit(Principal.ANONYMOUS, null, push))
            .succeedsWithin(SOON)
            .isInstanceOf(Pushed.class);
      }

      cluster.awaitSameState();
      assertThat(cluster.push(cluster.follower(), "\"after\""))
          .succeedsWithin(SOON)
          .isInstanceOf(Pushed.class);
    }
  }

  @Test
  void worksAlone() {
    try (var cluster = new TestCluster(folder, 1).startAll()) {
      assertThat(cluster.leader()).isEqualTo("n1");
      assertThat(cluster.push("n1", "\"a\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
      assertThat(cluster.pull("n1", 1, 0)).succeedsWithin(SOON).isInstanceOf(Delivered.class);
    }
  }

  @Test
  void survivesTwoOfFive() {
    try (var cluster = new TestCluster(folder, 5).startAll()) {
      cluster.kill(cluster.leader());
      cluster.kill(cluster.leader());
      String node = cluster.leader();

      assertThat(cluster.push(node, "\"still there\""))
          .succeedsWithin(SOON)
          .isInstanceOf(Pushed.class);
      cluster.awaitSameState();
    }
  }

  @Test
  void firesTimersAndWritesNothingWhenIdle() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      String follower = cluster.follower();
      cluster.push(follower, "\"later\"", JobOptions.builder().delayMs(300).build()).join();
      CompletableFuture<Reply> pull = cluster.pull(follower, 1, 5_000);

      assertThat(pull)
          .succeedsWithin(SOON)
          .satisfies(reply -> assertThat(((Delivered) reply).jobs()).hasSize(1));

      assertThat(cluster.engine(leader).kinds()).filteredOn("Tick"::equals).hasSize(1);
      long applied = cluster.engine(leader).lastApplied().index();
      await()
          .during(Duration.ofMillis(800))
          .atMost(Duration.ofSeconds(2))
          .until(() -> cluster.engine(leader).lastApplied().index() == applied);
    }
  }

  @Test
  void showsTheCluster() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      cluster.push(leader, "\"a\"").join();
      cluster.awaitSameState();

      ClusterView view = cluster.node(leader).view();

      assertThat(view.leader()).isEqualTo(leader);
      assertThat(view.role()).isEqualTo("leader");
      assertThat(view.ready()).isTrue();
      assertThat(view.term()).isPositive();
      assertThat(view.appliedIndex()).isEqualTo(cluster.engine(leader).lastApplied().index());
      assertThat(view.members()).hasSize(3).filteredOn(ClusterView.MemberView::leader).hasSize(1);
      assertThat(cluster.node(cluster.follower()).view().role()).isEqualTo("follower");
    }
  }

  @Test
  void showsHowFarEachMemberIs() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      cluster.push(leader, "\"a\"").join();
      cluster.awaitSameState();

      for (Member member : cluster.members()) {
        ClusterNode node = cluster.node(member.id());
        await()
            .untilAsserted(
                () -> {
                  // The feature level may be raised meanwhile.
                  long applied = cluster.engine(leader).lastApplied().index();
                  assertThat(node.view().members())
                      .hasSize(3)
                      .allMatch(other -> other.appliedIndex() == applied)
                      .allMatch(other -> other.committedIndex() >= applied);
                });
      }

      String gone = cluster.follower();
      cluster.kill(gone);
      await()
          .until(
              () ->
                  cluster.node(leader).view().members().stream()
                      .filter(member -> member.id().equals(gone))
                      .allMatch(member -> member.appliedIndex() == -1));
    }
  }
}
