package dev.flashq.transport.wire;

import static dev.flashq.transport.wire.JobWriter.flag;
import static dev.flashq.transport.wire.JobWriter.integer;
import static dev.flashq.transport.wire.JobWriter.text;

import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.Query.Stats;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.transport.ClusterHints;
import dev.flashq.transport.Outcomes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers about queues and about the whole. */
final class QueueShapes {
  private QueueShapes() {}

  /** Everything that the figures of a server are made of. */
  record Overview(Stats stats, List<QueueView> queues, double jobsPerSecond)
      implements Outcomes.Weighed {
    @Override
    public long weight() {
      return (long) Outcomes.SMALL_BYTES * (1 + queues.size());
    }
  }

  static void hint(ClusterHints.Hint hint, Answer answer) {
    ValueWriter out = answer.ok(4);
    text(out, Names.NODE, hint.node());
    text(out, Names.LEADER, hint.leader());
    text(out, Names.LEADER_ADDRESS, hint.leaderAddress());
    out.key(Names.ADDRESSES);
    out.beginArray(hint.addresses().size());
    hint.addresses().forEach(out::string);
    out.endArray();
  }

  static void removed(Removed removed, Answer answer) {
    integer(answer.ok(2), Names.COUNT, removed.count());
    flag(answer.out(), Names.MORE, removed.more());
  }

  static void moved(Removed removed, Answer answer) {
    JobShapes.countAsIds(answer.ok(3), removed.count());
    flag(answer.out(), Names.MORE, removed.more());
  }

  static void paused(QueueView queue, Answer answer) {
    flag(answer.ok(1), Names.PAUSED, queue.paused());
  }

  static void count(QueueView queue, Answer answer) {
    integer(answer.ok(1), Names.COUNT, queue.waiting() + queue.delayed());
  }

  static void counts(QueueView queue, Answer answer) {
    ValueWriter out = answer.ok(6);
    five(queue, out);
    out.key(Names.COUNTS);
    out.beginMap(5);
    five(queue, out);
    out.endMap();
  }

  static void five(QueueView queue, ValueWriter out) {
    integer(out, Names.WAITING, queue.waiting());
    integer(out, Names.ACTIVE, queue.active());
    integer(out, Names.DELAYED, queue.delayed());
    integer(out, Names.COMPLETED, queue.completed());
    integer(out, Names.FAILED, queue.failed());
  }

  /** {@code namesOnly}: what the Go client reads. */
  static Shape<List<QueueView>> queues(boolean namesOnly) {
    return (queues, answer) -> {
      answer.ok(1).key(Names.QUEUES);
      if (namesOnly) {
        names(queues, answer.out());
      } else {
        infos(queues, answer.out());
      }
    };
  }

  private static void names(List<QueueView> queues, ValueWriter out) {
    out.beginArray(queues.size());
    for (QueueView queue : queues) {
      out.string(queue.name().value());
    }
    out.endArray();
  }

  static void infos(List<QueueView> queues, ValueWriter out) {
    out.beginArray(queues.size());
    for (QueueView queue : queues) {
      out.beginMap(9);
      text(out, Names.NAME, queue.name().value());
      integer(out, Names.PENDING, queue.waiting());
      integer(out, Names.PROCESSING, queue.active());
      integer(out, Names.COMPLETED, queue.completed());
      integer(out, Names.DELAYED, queue.delayed());
      integer(out, Names.DLQ, queue.failed());
      flag(out, Names.PAUSED, queue.paused());
      number(out, Names.RATE_LIMIT, perSecond(queue.rateLimit()));
      Integer concurrency = queue.concurrency();
      number(out, Names.CONCURRENCY_LIMIT, concurrency == null ? null : concurrency.longValue());
      out.endMap();
    }
    out.endArray();
  }

  private static @Nullable Long perSecond(@Nullable RateLimit limit) {
    return limit == null ? null : Math.ceilDiv(limit.max() * 1000, limit.durationMs());
  }

  private static void number(ValueWriter out, FieldName name, @Nullable Long value) {
    out.key(name);
    if (value == null) {
      out.nil();
    } else {
      out.integer(value);
    }
  }

  static void stats(Overview overview, Answer answer) {
    ValueWriter out = answer.ok(6);
    sums(overview.stats(), out);
    out.key(Names.QUEUES);
    out.beginMap(overview.queues().size());
    for (QueueView queue : overview.queues()) {
      out.key(queue.name().value());
      out.beginMap(6);
      five(queue, out);
      flag(out, Names.PAUSED, queue.paused());
      out.endMap();
    }
    out.endMap();
  }

  static void sums(Stats stats, ValueWriter out) {
    integer(out, Names.QUEUED, stats.waiting());
    integer(out, Names.PROCESSING, stats.active());
    integer(out, Names.DELAYED, stats.delayed());
    integer(out, Names.DLQ, stats.failed());
    integer(out, Names.COMPLETED, stats.completed());
  }

  static void metrics(Overview overview, Answer answer) {
    ValueWriter out = answer.ok(1);
    out.key(Names.METRICS);
    out.beginMap(METRICS_FIELDS);
    metricsFields(overview, out);
    out.endMap();
  }

  /** Fields that {@link #metricsFields} writes. */
  static final int METRICS_FIELDS = 6;

  static void metricsFields(Overview overview, ValueWriter out) {
    Stats stats = overview.stats();
    integer(out, Names.TOTAL_PUSHED, stats.pushed());
    integer(out, Names.TOTAL_COMPLETED, stats.completedEver());
    integer(out, Names.TOTAL_FAILED, stats.failedEver());
    out.key(Names.JOBS_PER_SECOND);
    out.number(overview.jobsPerSecond());
    out.key(Names.AVG_LATENCY_MS);
    out.number(stats.averageLatencyMs());
    out.key(Names.QUEUES);
    out.beginArray(overview.queues().size());
    for (QueueView queue : overview.queues()) {
      out.beginMap(5);
      text(out, Names.NAME, queue.name().value());
      integer(out, Names.PENDING, queue.waiting() + queue.delayed());
      integer(out, Names.PROCESSING, queue.active());
      integer(out, Names.DLQ, queue.failed());
      number(out, Names.RATE_LIMIT, perSecond(queue.rateLimit()));
      out.endMap();
    }
    out.endArray();
  }
}
