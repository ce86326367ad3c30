package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node whose disk is full stops and says so; the others go on, and it comes back when there is
 * room.
 */
class FullDiskTest {
  private static final Duration START = Duration.ofSeconds(60);
  private static final int JOBS = 1200;
  private static final int JOB_BYTES = 100_000;

  @TempDir Path data;

  @Test
  void stopsTheNodeAndLosesNothing() throws IOException, InterruptedException {
    Path disk = Files.createDirectories(data.resolve("n1"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", disk.toString()) == 0,
        "no small file system can be mounted here; that takes root");
    LocalCluster cluster =
        LocalCluster.plan(
            new LocalCluster.Plan(
                3, data, 0, BuiltNode.command(), Map.of("FLASHQ_LOG_LEVEL", "warn")));
    try (cluster) {
      cluster.start().awaitReady(START);
      fillUp(cluster, cluster.node("n1"), disk);
    } finally {
      run("umount", disk.toString());
    }
  }

  private void fillUp(LocalCluster cluster, LocalNode full, Path disk)
      throws IOException, InterruptedException {
    Set<Long> pushed = push(cluster);
    int half = pushed.size() / 2;

    await().atMost(START).until(() -> full.exitCode().isPresent());
    assertThat(full.exitCode()).hasValue(70);
    assertThat(Files.readString(full.output())).contains("this node stops");
    assertThat(pull(cluster, half)).isSubsetOf(pushed);

    assertThat(run("mount", "-o", "remount,size=2g", disk.toString())).isZero();
    full.start();
    cluster.awaitReady(START);
    LocalNode other =
        cluster.nodes().stream().filter(node -> node != full).findFirst().orElseThrow();
    other.kill();
    assertThat(pull(cluster, pushed.size() - half)).hasSize(pushed.size() - half);
  }

  private static Set<Long> push(LocalCluster cluster) {
    var ids = new HashSet<Long>();
    Random random = new Random(7);
    try (FlashQ client = FlashQ.at(cluster.addresses()).timeout(Duration.ofSeconds(30)).connect()) {
      for (int i = 0; i < JOBS / 50; i++) {
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int j = 0; j < 50; j++) {
          answers.add(client.push("large", incompressible(random)));
        }
        answers.forEach(answer -> ids.add(answer.join()));
      }
    }
    return ids;
  }

  /** What compresses well would leave room on the disk when the log behind a checkpoint goes. */
  private static Data incompressible(Random random) {
    byte[] bytes = new byte[JOB_BYTES * 3 / 4];
    random.nextBytes(bytes);
    return Data.of(Base64.getEncoder().encodeToString(bytes));
  }

  private static Set<Long> pull(LocalCluster cluster, int count) {
    var ids = new HashSet<Long>();
    try (FlashQ client = FlashQ.at(cluster.addresses()).timeout(Duration.ofSeconds(30)).connect()) {
      while (ids.size() < count) {
        List<Job> jobs =
            client.pull("large", Math.min(50, count - ids.size()), Duration.ofSeconds(10)).join();
        assertThat(jobs).isNotEmpty();
        jobs.forEach(job -> ids.add(job.id()));
        client.ackAll(jobs).join();
      }
    }
    return ids;
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
