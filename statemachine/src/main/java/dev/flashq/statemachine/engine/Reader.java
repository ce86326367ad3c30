package dev.flashq.statemachine.engine;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Query.Page;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.Query.Queues;
import dev.flashq.statemachine.Query.Stats;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.job.CompletedSlot;
import dev.flashq.statemachine.job.CustomIds;
import dev.flashq.statemachine.job.Job;
import dev.flashq.statemachine.job.JobCodec;
import dev.flashq.statemachine.job.JobStatus;
import dev.flashq.statemachine.job.JobViews;
import dev.flashq.statemachine.job.Payloads;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.request.Answers;
import dev.flashq.statemachine.state.proto.StateProto.MetaRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Views.View;
import dev.flashq.statemachine.turn.Meta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Answers questions from a view of the stored state; for any thread. */
final class Reader {
  private final IntFunction<@Nullable QueueName> names;

  /**
   * @param names of queues that there are now, by their numbers
   */
  Reader(IntFunction<@Nullable QueueName> names) {
    this.names = names;
  }

  @SuppressWarnings("unchecked")
  <R> R answer(Query<R> query, View view) {
    return (R)
        switch (query) {
          case Query.GetJob q -> new Found(job(q.id().value(), view));
          case Query.GetJobByCustomId q -> new Found(byCustomId(q.customId(), view));
          case Query.WaitForJob q -> new Found(job(q.id().value(), view));
          case Query.GetPayloads q -> payloads(q.parts(), view);
          case Query.GetJobs q -> jobs(q.ids(), view);
          case Query.ListJobs q -> list(q, view);
          case Query.ListDeadJobs q -> dead(q, view);
          case Query.GetQueue q -> queue(q.name(), view);
          case Query.ListQueues q -> queues(q, view);
          case Query.GetStats _ -> stats(view);
          case Query.IsAnswered q -> Answers.isAnswered(q.id(), view);
        };
  }

  private @Nullable JobView job(long id, View view) {
    byte[] header = view.get(Column.JOBS, Bytes.of(id));
    if (header == null) {
      return null;
    }
    Job job = JobCodec.decode(id, header);
    int resultBytes = job.status() instanceof JobStatus.Completed end ? end.resultBytes() : 0;
    boolean largeResult = JobViews.isLarge(resultBytes);
    return JobViews.view(
        job,
        name(job.queue(), view),
        JobViews.isLarge(job.dataBytes()) ? null : payload(id, false, view),
        resultBytes == 0 || largeResult ? null : payload(id, true, view),
        largeResult ? resultBytes : 0,
        job.status() instanceof JobStatus.Active ? meta(view).getLeasePauseMs() : 0);
  }

  private static @Nullable Payload payload(long job, boolean result, View view) {
    return Payloads.decode(
        view.get(Column.PAYLOADS, result ? Payloads.resultKey(job) : Payloads.dataKey(job)));
  }

  private static Query.Payloads payloads(List<Query.Part> parts, View view) {
    var found = new LinkedHashMap<Query.Part, Payload>();
    for (Query.Part part : parts) {
      Payload payload = payload(part.job().value(), part.result(), view);
      if (payload != null) {
        found.put(part, payload);
      }
    }
    return new Query.Payloads(found);
  }

  private @Nullable JobView byCustomId(String customId, View view) {
    long id = CustomIds.latest(customId, view);
    return id == 0 ? null : job(id, view);
  }

  private Page jobs(List<JobId> ids, View view) {
    List<JobView> found = page(ids.stream().map(JobId::value).toList(), view);
    return new Page(found, found.size());
  }

  private QueueName name(int queue, View view) {
    QueueName known = names.apply(queue);
    if (known != null) {
      return known;
    }
    // It has been forgotten since.
    var found = new QueueName[1];
    view.scan(
        Column.QUEUES,
        new byte[0],
        new byte[0],
        (key, value) -> {
          if (QueueStore.parse(value).getId() == queue) {
            found[0] = queueName(key);
          }
          return found[0] == null;
        });
    if (found[0] == null) {
      throw new StorageException("no queue has number " + queue);
    }
    return found[0];
  }

  private static QueueName queueName(byte[] key) {
    return new QueueName(new String(key, StandardCharsets.UTF_8));
  }

  private static QueueView queue(QueueName name, View view) {
    byte[] row = view.get(Column.QUEUES, Bytes.of(name.value()));
    return row == null
        ? new QueueView(name, 0, 0, 0, 0, 0, 0, false, null, null)
        : Queue.view(name, QueueStore.parse(row));
  }

  private static Queues queues(Query.ListQueues query, View view) {
    var page = new ArrayList<QueueView>();
    var more = new boolean[1];
    byte[] from = query.after() == null ? new byte[0] : behind(Bytes.of(query.after()));
    view.scan(
        Column.QUEUES,
        new byte[0],
        from,
        (key, value) -> {
          more[0] = page.size() == query.limit();
          return !more[0] && page.add(Queue.view(queueName(key), QueueStore.parse(value)));
        });
    return new Queues(page, more[0]);
  }

  private static byte[] behind(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  private Page list(Query.ListJobs query, View view) {
    var ids = new ArrayList<Long>();
    long total = 0;
    int skip = query.offset();
    for (QueueRow queue : rows(query.queue(), view)) {
      for (JobState state :
          query.state() == null ? JobState.values() : new JobState[] {query.state()}) {
        long count = count(queue.view, state);
        total += count;
        if (count <= skip) {
          skip -= (int) count;
        } else if (ids.size() < query.limit()) {
          collect(queue.id, state, skip, query.limit(), ids, view);
          skip = 0;
        }
      }
    }
    return new Page(page(ids, view), total);
  }

  /** The jobs that there are, the first ones only when all together are too large. */
  private List<JobView> page(List<Long> ids, View view) {
    var page = new ArrayList<JobView>();
    long bytes = 0;
    for (long id : ids) {
      JobView job = job(id, view);
      if (job != null) {
        bytes += size(job.data()) + size(job.result());
        bytes += job.omitted().data() + job.omitted().result();
        if (bytes > Limits.DELIVERY_BYTES && !page.isEmpty()) {
          break;
        }
        page.add(job);
      }
    }
    return page;
  }

  private static int size(@Nullable Payload payload) {
    return payload == null ? 0 : payload.bytes().size();
  }

  /** Adds ids of one state, the last in its order first, until there are {@code limit}. */
  private static void collect(
      int queue, JobState state, int skip, int limit, List<Long> ids, View view) {
    var left = new int[] {skip};
    BiPredicate<byte[], byte[]> take =
        (key, value) -> {
          if (left[0] > 0) {
            left[0]--;
            return true;
          }
          return ids.size() < limit && ids.add(jobId(state, key, value));
        };
    byte[] prefix = Bytes.of(queue);
    switch (state) {
      case WAITING -> {
        view.scanBack(Column.READY, prefix, take);
        view.scanBack(Column.GROUPED, prefix, take);
      }
      case DELAYED -> view.scanBack(Column.DELAYED, prefix, take);
      case ACTIVE -> view.scanBack(Column.ACTIVE, prefix, take);
      case COMPLETED -> {
        view.scanBack(Column.COMPLETED, prefix, take);
        view.scanBack(Column.COMPLETED_AGED, prefix, take);
      }
      case FAILED -> view.scanBack(Column.DEAD, prefix, take);
      case WAITING_CHILDREN -> view.scanBack(Column.BLOCKED, prefix, take);
    }
  }

  private static long jobId(JobState state, byte[] key, byte[] value) {
    return switch (state) {
      case WAITING -> Bytes.longAt(value, 0);
      case COMPLETED -> CompletedSlot.job(Bytes.longAt(value, 0));
      case ACTIVE -> Bytes.longAt(key, 4);
      case DELAYED, FAILED, WAITING_CHILDREN -> Bytes.longAt(key, key.length - 8) ^ Long.MIN_VALUE;
    };
  }

  private static List<QueueRow> rows(@Nullable QueueName only, View view) {
    var rows = new ArrayList<QueueRow>();
    byte[] prefix = only == null ? new byte[0] : Bytes.of(only.value());
    view.scan(
        Column.QUEUES,
        prefix,
        prefix,
        (key, value) -> {
          if (only == null || key.length == prefix.length) {
            rows.add(
                new QueueRow(
                    QueueStore.parse(value).getId(),
                    Queue.view(queueName(key), QueueStore.parse(value))));
          }
          return only == null;
        });
    return rows;
  }

  private static long count(QueueView queue, JobState state) {
    return switch (state) {
      case WAITING -> queue.waiting();
      case DELAYED -> queue.delayed();
      case ACTIVE -> queue.active();
      case COMPLETED -> queue.completed();
      case FAILED -> queue.failed();
      case WAITING_CHILDREN -> queue.waitingChildren();
    };
  }

  private Page dead(Query.ListDeadJobs query, View view) {
    var ids = new ArrayList<Long>();
    List<QueueRow> rows = rows(query.queue(), view);
    if (rows.isEmpty() || query.limit() == 0) {
      return new Page(List.of(), rows.isEmpty() ? 0 : rows.getFirst().view.failed());
    }
    byte[] prefix = Bytes.of(rows.getFirst().id);
    view.scan(
        Column.DEAD,
        prefix,
        prefix,
        (key, value) -> ids.add(jobId(JobState.FAILED, key, value)) && ids.size() < query.limit());
    return new Page(page(ids, view), rows.getFirst().view.failed());
  }

  private static Stats stats(View view) {
    MetaRecord meta = meta(view);
    long[] sums = new long[JobState.values().length];
    for (QueueRow queue : rows(null, view)) {
      for (JobState state : JobState.values()) {
        sums[state.ordinal()] += count(queue.view, state);
      }
    }
    return new Stats(
        sums[JobState.WAITING.ordinal()],
        sums[JobState.DELAYED.ordinal()],
        sums[JobState.ACTIVE.ordinal()],
        sums[JobState.COMPLETED.ordinal()],
        sums[JobState.FAILED.ordinal()],
        sums[JobState.WAITING_CHILDREN.ordinal()],
        meta.getPushed(),
        meta.getCompleted(),
        meta.getFailed(),
        meta.getLatencyMs(),
        Meta.throughput(meta));
  }

  private static MetaRecord meta(View view) {
    byte[] row = view.get(Column.META, Meta.KEY);
    try {
      return row == null ? MetaRecord.getDefaultInstance() : MetaRecord.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable counters", e);
    }
  }

  private record QueueRow(int id, QueueView view) {}
}
