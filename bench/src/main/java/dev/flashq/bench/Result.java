package dev.flashq.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** Figures of one workload; they count only when delivery was exact. */
record Result(
    String workload, String what, boolean exact, Map<String, Double> figures, List<Use> nodes) {

  /**
   * What a node used during the whole workload, draining included.
   *
   * @param cores CPU seconds per second
   * @param residentMiB memory at the end
   */
  record Use(String node, double cores, double residentMiB) {}

  Result with(List<Use> nodes) {
    return new Result(workload, what, exact, figures, nodes);
  }

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

    /** CPU of all nodes while the load was on. */
    Builder used(Meter.Reading used) {
      return used.isEmpty() ? this : figure("servers_cores", used.cpuSeconds() / used.seconds());
    }

    /**
     * What one entry costs when each push is one: CPU of all nodes, and how often threads of each
     * went to sleep (voluntary context switches, idle ones included).
     */
    Builder perEntry(Meter.Reading used, long entries) {
      if (used.isEmpty() || entries == 0) {
        return this;
      }
      figure("cpu_ms_per_entry", used.cpuSeconds() * 1000 / entries);
      used.switches()
          .forEach((node, count) -> figure("switches_per_entry_" + node, (double) count / entries));
      return this;
    }

    Builder exact(boolean value) {
      exact = value;
      return this;
    }

    Builder delivery(Ledger ledger) {
      figure("pushed", ledger.pushedCount());
      figure("acked", ledger.ackedCount());
      figure("lost", ledger.lost());
      figure("acked_twice", ledger.ackedTwice());
      figure("unexpected", ledger.unexpected());
      figure("same_id", ledger.sameId());
      figure("damaged", ledger.damagedCount());
      figure("left", ledger.leftCount());
      return exact(ledger.isExact());
    }

    Result build() {
      return new Result(workload, what, exact, figures, List.of());
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
        + lines
        + nodes.stream()
            .map(
                use ->
                    String.format(
                        Locale.ROOT,
                        "\n  node %-19s %14.2f cores, %.0f MiB resident",
                        use.node,
                        use.cores,
                        use.residentMiB))
            .collect(Collectors.joining());
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
        + ",\"nodes\":["
        + nodes.stream()
            .map(
                use ->
                    String.format(
                        Locale.ROOT,
                        "{\"node\":\"%s\",\"cores\":%.3f,\"resident_mib\":%.1f}",
                        use.node,
                        use.cores,
                        use.residentMiB))
            .collect(Collectors.joining(","))
        + "]}";
  }
}
