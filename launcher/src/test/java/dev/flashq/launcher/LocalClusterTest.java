package dev.flashq.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a cluster for a moment: gone when all went well, there when its output matters. */
class LocalClusterTest {
  @TempDir Path folder;

  private LocalCluster.Plan plan(String... program) {
    return new LocalCluster.Plan(3, folder.resolve("data"), 0, List.of(program), Map.of());
  }

  @Test
  void removesATemporaryFolder() {
    try (LocalCluster cluster = LocalCluster.plan(plan("sleep", "60").inTemporaryFolder())) {
      cluster.start();
      assertThat(folder.resolve("data/n1.log")).exists();
    }
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void keepsAnyOtherFolder() {
    LocalCluster.plan(plan("sleep", "60")).start().close();
    assertThat(folder.resolve("data/n3.log")).exists();
  }

  @Test
  void endsTheNodesAlsoWhenClosedTwice() {
    LocalCluster cluster = LocalCluster.plan(plan("sleep", "60").inTemporaryFolder()).start();
    cluster.close();
    cluster.close();
    assertThat(cluster.nodes()).noneMatch(LocalNode::isAlive);
  }

  @Test
  void keepsTheOutputOfNodesThatDidNotGetReady() throws Exception {
    try (LocalCluster cluster =
        LocalCluster.plan(plan("sh", "-c", "echo no memory; exit 70").inTemporaryFolder())) {
      cluster.start();
      assertThatThrownBy(() -> cluster.awaitReady(Duration.ofSeconds(30)))
          .isInstanceOf(LocalClusterException.class)
          .hasMessageContaining("has stopped; see " + folder.resolve("data"));
    }
    assertThat(Files.readString(folder.resolve("data/n1.log"))).isEqualTo("no memory\n");
  }
}
