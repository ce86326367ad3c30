package dev.flashq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** What a run prints. */
class ResultTest {
  private final Ledger ledger = new Ledger();

  private Result result() {
    var latency = new Histogram(60_000_000_000L, 3);
    for (int i = 1; i <= 100; i++) {
      latency.recordValue(i * 1_000_000L);
    }
    return new Result.Builder("W1", "single pushes")
        .figure("pushes_per_s", 40_000.5)
        .latencies("answer", latency)
        .delivery(ledger)
        .build()
        .with(List.of(new Result.Use("n1", 0.625, 480)));
  }

  @Test
  void isJsonWithEveryFigure() {
    ledger.pushed(1);
    ledger.acked(1);
    assertThat(result().json())
        .matches(
            "\\{\"workload\":\"W1\",\"exact\":true,\"pushes_per_s\":40000.500,"
                + "\"answer_p50_ms\":50\\.\\d{3},\"answer_p99_ms\":99\\.\\d{3},\"answer_max_ms\":100\\.\\d{3},"
                + "\"pushed\":1.000,\"acked\":1.000,\"lost\":0.000,\"acked_twice\":0.000,\"unexpected\":0.000,"
                + "\"same_id\":0.000,\"damaged\":0.000,\"left\":0.000,"
                + "\"nodes\":\\[\\{\"node\":\"n1\",\"cores\":0.625,\"resident_mib\":480.0}]}");
  }

  @Test
  void isTextForPeople() {
    ledger.pushed(1);
    ledger.acked(1);
    assertThat(result().text())
        .startsWith("W1  single pushes\n  pushes_per_s                  40,000.50\n")
        .endsWith("\n  node n1                            0.63 cores, 480 MiB resident");
  }

  @Test
  void saysThatFiguresDoNotCountWhenDeliveryWasNotExact() {
    ledger.pushed(1);
    assertThat(result().exact()).isFalse();
    assertThat(result().json()).startsWith("{\"workload\":\"W1\",\"exact\":false,");
    assertThat(result().text())
        .startsWith("W1  single pushes   DELIVERY NOT EXACT: THESE FIGURES DO NOT COUNT\n");
  }
}
