package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Reply.Pushed;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicationTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path folder;

  @Test
  void answersOnTheLeaderAndOnFollowers() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      cluster.leader();

      for (String node : new String[] {"n1", "n2", "n3"}) {
        assertThat(cluster.push(node, "\"from " + node + "\""))
            .succeedsWithin(SOON)
            .isInstanceOf(Pushed.class);
      }

      cluster.awaitSameState();
      assertThat(cluster.engine("n1").pushes()).hasSize(3);
    }
  }
}
