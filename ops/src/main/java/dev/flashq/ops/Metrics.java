package dev.flashq.ops;

import dev.flashq.cluster.ClusterView;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.Query.Stats;
import dev.flashq.statemachine.Throughput;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** The metrics of a node in Prometheus form; names of flashQ are kept where they exist. */
public final class Metrics implements AutoCloseable {
  /** Queues shown one by one, the first by name; more would make every scrape slow. */
  public static final int QUEUES = 500;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Supplier<Figures> figures;
  private final MultiGauge queues;
  private volatile Figures latest = Figures.NONE;

  /**
   * What the state says at a scrape.
   *
   * @param queues empty when they are not to be shown to everybody
   */
  public record Figures(Stats stats, ClusterView view, List<QueueView> queues) {
    private static final Figures NONE =
        new Figures(
            new Stats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Throughput.NONE),
            new ClusterView("", "", null, 0, "", 0, 0, 0, 0, false, List.of()),
            List.of());
  }

  /**
   * @param figures asked once per scrape
   */
  public Metrics(Supplier<Figures> figures) {
    this.figures = figures;
    this.queues =
        MultiGauge.builder("flashq.queue.jobs").description("Jobs of a queue").register(registry);
    gc.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    jobs();
    raft();
  }

  private void jobs() {
    counter(
        "flashq.jobs.pushed",
        "Jobs accepted since the cluster was made",
        () -> latest.stats.pushed());
    counter("flashq.jobs.completed", "Jobs completed", () -> latest.stats.completedEver());
    counter("flashq.jobs.failed", "Failed attempts", () -> latest.stats.failedEver());
    counter(
        "flashq.jobs.latency.seconds",
        "From creation to completion, summed over completed jobs",
        () -> latest.stats.latencyMsEver() / 1000.0);
    current("queued", () -> latest.stats.waiting());
    current("processing", () -> latest.stats.active());
    current("delayed", () -> latest.stats.delayed());
    current("dlq", () -> latest.stats.failed());
    current("completed", () -> latest.stats.completed());
    current("waiting-children", () -> latest.stats.waitingChildren());
  }

  private void current(String state, DoubleSupplier value) {
    Gauge.builder("flashq.jobs.current", value::getAsDouble)
        .description("Jobs in a state now, of all queues")
        .tag("state", state)
        .register(registry);
  }

  private void raft() {
    gauge(
        "flashq.raft.leader",
        "1 when this node leads",
        () -> latest.view.role().equals("leader") ? 1 : 0);
    gauge(
        "flashq.raft.ready",
        "1 when clients are well served here",
        () -> latest.view.ready() ? 1 : 0);
    gauge("flashq.raft.term", "Raft's term", () -> latest.view.term());
    gauge(
        "flashq.raft.applied.index",
        "The last entry in this node's state",
        () -> latest.view.appliedIndex());
    gauge(
        "flashq.raft.committed.index",
        "The last committed entry",
        () -> latest.view.committedIndex());
    gauge(
        "flashq.raft.snapshot.index",
        "The last entry in the newest snapshot",
        () -> latest.view.snapshotIndex());
  }

  /** Adds a figure that only grows; the name without "total". */
  public void counter(String name, String description, DoubleSupplier value) {
    counter(name, description, Tags.empty(), value);
  }

  /** Adds a counter with one label. */
  public void counter(
      String name, String description, String label, String labelValue, DoubleSupplier value) {
    counter(name, description, Tags.of(label, labelValue), value);
  }

  /**
   * Micrometer holds the counted object weakly and the function strongly: a supplier that nobody
   * else holds must be in the function.
   */
  private void counter(String name, String description, Tags tags, DoubleSupplier value) {
    FunctionCounter.builder(name, this, _ -> value.getAsDouble())
        .description(description)
        .tags(tags)
        .register(registry);
  }

  /** Adds a figure that goes up and down. */
  public void gauge(String name, String description, DoubleSupplier value) {
    Gauge.builder(name, value::getAsDouble).description(description).register(registry);
  }

  /** Adds a gauge with one label. */
  public void gauge(
      String name, String description, String label, String labelValue, DoubleSupplier value) {
    Gauge.builder(name, value::getAsDouble)
        .description(description)
        .tag(label, labelValue)
        .register(registry);
  }

  /** Everything, in Prometheus' text form. */
  public Page scrape() {
    Figures now = figures.get();
    latest = now;
    var rows = new ArrayList<MultiGauge.Row<?>>();
    for (QueueView queue : now.queues) {
      row(rows, queue, "pending", queue.waiting() + queue.delayed());
      row(rows, queue, "processing", queue.active());
      row(rows, queue, "dlq", queue.failed());
      row(rows, queue, "completed", queue.completed());
    }
    queues.register(rows, true);
    return new Page(200, "text/plain; version=0.0.4; charset=utf-8", registry.scrape());
  }

  private static void row(List<MultiGauge.Row<?>> rows, QueueView queue, String state, long value) {
    rows.add(MultiGauge.Row.of(Tags.of("queue", queue.name().value(), "state", state), value));
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
