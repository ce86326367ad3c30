package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.ClusterView.MemberView;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Pushed;
import dev.flashq.statemachine.Retention;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What members tell each other beside Raft: versions, states, clocks. */
class MembersTogetherTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long HOUR = 3_600_000;

  private static final List<Command> OF_PRIVACY =
      List.of(
          new Command.SetRetention(new Retention("*", 1000, 0, 0, 0)),
          new Command.BeginErasure(
              new Erasure.Request(
                  "user",
                  ByteString.copyFromUtf8("1"),
                  List.of(new Erasure.Edit("name", null)),
                  List.of("*"),
                  List.of(),
                  false)),
          new Command.CancelErasure(1),
          naming(AuditAction.ERASE));

  @TempDir Path folder;

  /** A rolling upgrade: the new ways begin when the last old node is gone. */
  @Test
  void theLevelIsRaisedWhenTheLastMemberUnderstandsIt() {
    try (var cluster = new TestCluster(folder, 3)) {
      cluster.start("n1");
      cluster.start("n2");
      cluster.startOlder("n3", 0);
      String leader = cluster.leader();
      await().atMost(SOON).until(() -> heardAll(cluster, leader));
      assertThat(cluster.push(leader, "1")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
      assertThat(cluster.node(leader).view().featureLevel()).isZero();

      cluster.stop("n3");
      cluster.start("n3");

      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(List.of("n1", "n2", "n3"))
                      .allMatch(
                          id -> cluster.node(id).view().featureLevel() == FeatureLevel.CURRENT));
      assertThat(cluster.push(cluster.leader(), "2")).succeedsWithin(SOON);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  /** An older member could not read it in the log. */
  @Test
  void whatAMemberDoesNotUnderstandIsRefused() {
    try (var cluster = new TestCluster(folder, 3)) {
      cluster.start("n1");
      cluster.start("n2");
      cluster.startOlder("n3", FeatureLevel.DATA_RULES);
      await().atMost(SOON).until(() -> level(cluster) == FeatureLevel.DATA_RULES);
      for (Command command : OF_PRIVACY) {
        assertThat(said(cluster, command))
            .isInstanceOfSatisfying(
                Reply.Refused.class,
                refused -> {
                  assertThat(refused.code()).isEqualTo(ErrorCode.FEATURE_LEVEL);
                  assertThat(refused.detail()).contains("does not understand this yet");
                });
      }
      assertThat(said(cluster, naming(AuditAction.SET_SCHEMA))).isEqualTo(Reply.Done.DONE);

      cluster.stop("n3");
      cluster.start("n3");
      await().atMost(SOON).until(() -> level(cluster) == FeatureLevel.PRIVACY);
      for (Command command : OF_PRIVACY) {
        assertThat(said(cluster, command)).isEqualTo(Reply.Done.DONE);
      }
    }
  }

  private static Command naming(AuditAction action) {
    return new Command.SetAuditPolicy(
        new AuditPolicy(
            List.of(
                new AuditPolicy.Rule(List.of(action), false, List.of("*"), AuditPolicy.Scope.ALL)),
            AuditPolicy.KEEP_MS,
            AuditPolicy.KEEP_BYTES));
  }

  private static int level(TestCluster cluster) {
    return cluster.node(cluster.leader()).view().featureLevel();
  }

  private static Reply said(TestCluster cluster, Command command) {
    return cluster.gateway(cluster.leader()).submit(Principal.ANONYMOUS, null, command).join();
  }

  private static boolean heardAll(TestCluster cluster, String node) {
    return cluster.node(node).view().members().stream()
        .allMatch(member -> member.clockOffMs() != null);
  }

  @Test
  void aLeaderWhoseStateIsWrongStopsAndTheOthersGoOn() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      var others = new TreeSet<>(List.of("n1", "n2", "n3"));
      others.remove(leader);
      cluster.push(leader, "1").join();

      cluster.engine(leader).falsify();
      cluster.push(leader, "2").join();

      await().atMost(SOON).until(() -> !cluster.fatal().isEmpty());
      assertThat(cluster.fatal().getFirst()).hasMessageContaining(others.toString());
      cluster.kill(leader);
      assertThat(cluster.push(cluster.leader(), "3"))
          .succeedsWithin(SOON)
          .isInstanceOf(Pushed.class);
      assertThat(cluster.fatal())
          .allMatch(stop -> String.valueOf(stop.getMessage()).contains(others.toString()));
    }
  }

  @Test
  void aNodeWhoseClockIsAnHourAheadMovesNothingAndDoesNotLead() {
    try (var cluster = new TestCluster(folder, 3)) {
      cluster.startWithClock("n1", () -> System.currentTimeMillis() + HOUR);
      cluster.start("n2");
      cluster.start("n3");
      cluster.leader();

      await().atMost(SOON).until(() -> !cluster.leader().equals("n1"));
      await().atMost(SOON).until(() -> isOff(cluster, "n1"));
      cluster.push("n1", "1").join();
      assertThat(cluster.engine("n2").clock())
          .isBetween(System.currentTimeMillis() - HOUR / 2, System.currentTimeMillis() + HOUR / 2);
    }
  }

  private static boolean isOff(TestCluster cluster, String member) {
    return cluster.node("n2").view().members().stream()
        .filter(view -> view.id().equals(member))
        .map(MemberView::clockOffMs)
        .filter(Objects::nonNull)
        .anyMatch(ms -> Math.abs(ms - HOUR) < 1_000);
  }

  @Test
  void theClockIsSetForwardByCommandOnly() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(cluster.node(leader).setClock(Principal.ANONYMOUS).join())
                      .isEqualTo(Reply.Done.DONE));
    }
  }
}
