package dev.flashq.server;

import dev.flashq.cluster.ClusterNode;
import dev.flashq.cluster.config.ProposalLimits;
import dev.flashq.ops.Metrics;
import dev.flashq.transport.TransportLimits.Limit;
import dev.flashq.transport.connection.TransportContext;
import java.util.function.DoubleSupplier;

/** Shows which part of the heap is used for what, and how much of it may be. */
final class MemoryParts {
  private final Metrics metrics;

  private MemoryParts(Metrics metrics) {
    this.metrics = metrics;
  }

  static void show(ClusterNode cluster, TransportContext context, Metrics metrics) {
    var parts = new MemoryParts(metrics);
    parts.show("requests", context, Limit.REQUEST_BYTES, context.commands::bytes);
    parts.show("large-requests", context, Limit.LARGE_REQUEST_BYTES, context.largeCommands::bytes);
    parts.show("unfinished", context, Limit.ASSEMBLY_BYTES, context.assembly::bytes);
    parts.show("answers", context, Limit.UNREAD_BYTES, context.unreadBytes::get);
    parts.show("large-answers", context, Limit.LARGE_ANSWER_BYTES, context.largeAnswers::bytes);
    parts.show(
        "proposals",
        ProposalLimits.ofHeap(Runtime.getRuntime().maxMemory()).bytes(),
        cluster::pendingBytes);
  }

  private void show(String part, TransportContext context, Limit limit, DoubleSupplier used) {
    show(part, context.limits.get(limit), used);
  }

  private void show(String part, long limit, DoubleSupplier used) {
    metrics.gauge(
        "flashq.memory.used.bytes", "Bytes of the heap in use for something", "part", part, used);
    metrics.gauge(
        "flashq.memory.limit.bytes", "Bytes that this may take", "part", part, () -> limit);
  }
}
