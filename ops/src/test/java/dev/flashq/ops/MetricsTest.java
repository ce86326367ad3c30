package dev.flashq.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.cluster.ClusterView;
import dev.flashq.statemachine.Query.Stats;
import dev.flashq.statemachine.Throughput;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What Prometheus reads. */
class MetricsTest {
  private static final Metrics.Figures FIGURES =
      new Metrics.Figures(
          new Stats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10_500, Throughput.NONE),
          new ClusterView("flashq", "n1", null, 2, "leader", 11, 12, 10, 1, true, List.of()),
          List.of());

  @Test
  void showsTheState() {
    try (var metrics = new Metrics(() -> FIGURES)) {
      assertThat(scrape(metrics))
          .contains("flashq_jobs_current{state=\"queued\"} 1.0\n")
          .contains("flashq_jobs_current{state=\"dlq\"} 5.0\n")
          .contains("flashq_jobs_pushed_total 7.0\n")
          .contains("flashq_jobs_completed_total 8.0\n")
          .contains("flashq_jobs_failed_total 9.0\n")
          .contains("flashq_raft_leader 1.0\n")
          .contains("flashq_raft_term 2.0\n");
    }
  }

  @Test
  void countsOnAfterAGarbageCollection() {
    var counted = new AtomicInteger(1);
    try (var metrics = new Metrics(() -> FIGURES)) {
      metrics.counter("flashq.requests", "Requests", counted::get);
      metrics.counter("flashq.errors", "Errors", "code", "BUSY", counted::get);
      collectGarbage();
      counted.set(3);

      assertThat(scrape(metrics))
          .contains("flashq_requests_total 3.0\n")
          .contains("flashq_errors_total{code=\"BUSY\"} 3.0\n")
          .contains("flashq_jobs_pushed_total 7.0\n");
    }
  }

  private static void collectGarbage() {
    var gone = new WeakReference<>(new Object());
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              System.gc();
              return gone.get() == null;
            });
  }

  private static String scrape(Metrics metrics) {
    return metrics.scrape().body();
  }
}
