package dev.flashq.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** Figures of one workload; they count only when delivery was exact. */
record Result(String workload, String what, boolean exact, Map<String, Double> figures) {

  static final class Builder {
    private final String workload;
    private final String what;
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private boolean exact = true;

    Builder(String workload, String what) {
      this.workload = workload;
      this.what = what;
    }

    Builder figure(String name, double value) {
      figures.put(name, value);
      return this;
    }

    /** 50th, 99th and greatest of times in nanoseconds, as milliseconds. */
    Builder latencies(String name, Histogram nanos) {
      return figure(name + "_p50_ms", nanos.getValueAtPercentile(50) / 1e6)
          .figure(name + "_p99_ms", nanos.getValueAtPercentile(99) / 1e6)
          .figure(name + "_max_ms", nanos.getMaxValue() / 1e6);
    }

    Builder delivery(Ledger ledger) {
      figure("pushed", ledger.pushedCount());
      figure("acked", ledger.ackedCount());
      figure("lost", ledger.lost());
      figure("acked_twice", ledger.ackedTwice());
      figure("unexpected", ledger.unexpected());
      figure("same_id", ledger.sameId());
      exact =
          ledger.lost() == 0
              && ledger.ackedTwice() == 0
              && ledger.unexpected() == 0
              && ledger.sameId() == 0;
      return this;
    }

    Result build() {
      return new Result(workload, what, exact, figures);
    }
  }

  String text() {
    String lines =
        figures.entrySet().stream()
            .map(
                entry ->
                    String.format(Locale.ROOT, "  %-24s %,14.2f", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining("\n"));
    return workload
        + "  "
        + what
        + (exact ? "" : "   DELIVERY NOT EXACT: THESE FIGURES DO NOT COUNT")
        + "\n"
        + lines;
  }

  String json() {
    return "{\"workload\":\""
        + workload
        + "\",\"exact\":"
        + exact
        + figures.entrySet().stream()
            .map(
                entry ->
                    String.format(Locale.ROOT, ",\"%s\":%.3f", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining())
        + "}";
  }
}
