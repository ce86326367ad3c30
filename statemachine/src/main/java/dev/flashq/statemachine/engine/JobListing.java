package dev.flashq.statemachine.engine;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.Page;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.job.CompletedSlot;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Views.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Pages of jobs: queue by queue, state by state, and of a state the last in its order first. A
 * place in that is named by the keys, so that it stays where it is while jobs come and go.
 */
final class JobListing {
  /** Reads a job. */
  @FunctionalInterface
  interface Jobs {
    @Nullable JobView job(long id, View view);
  }

  private final Jobs jobs;

  JobListing(Jobs jobs) {
    this.jobs = jobs;
  }

  /** A queue as it is stored. */
  record QueueRow(int id, QueueView view) {}

  /**
   * A place in the order.
   *
   * @param column which of those of the state
   * @param key in it, behind the number of the queue
   */
  private record Place(byte[] queue, JobState state, int column, byte[] key) {
    private static final int HEAD = 4;
    private static final JobState[] STATES = JobState.values();

    static @Nullable Place of(ByteString bytes) {
      if (bytes.isEmpty()) {
        return null;
      }
      if (bytes.size() >= HEAD) {
        JobState state = JobState.of(bytes.byteAt(0));
        int end = HEAD + ((bytes.byteAt(2) & 0xff) << 8 | (bytes.byteAt(3) & 0xff));
        if (state != null && end <= bytes.size()) {
          return new Place(
              bytes.substring(HEAD, end).toByteArray(),
              state,
              bytes.byteAt(1) & 0xff,
              bytes.substring(end).toByteArray());
        }
      }
      throw new RefusedException(
          new Refused(ErrorCode.INVALID_REQUEST, "a cursor is what an earlier page said"));
    }

    ByteString bytes() {
      byte[] head = {
        (byte) state.number(), (byte) column, (byte) (queue.length >> 8), (byte) queue.length
      };
      return ByteString.copyFrom(head)
          .concat(ByteString.copyFrom(queue))
          .concat(ByteString.copyFrom(key));
    }

    /** Whether all jobs of a queue in a state stand before it. */
    boolean isBehind(byte[] name, JobState its) {
      int order = Arrays.compareUnsigned(name, queue);
      return order < 0 || (order == 0 && its.compareTo(state) < 0);
    }

    boolean isIn(byte[] name, JobState its) {
      return its == state && Arrays.equals(name, queue);
    }
  }

  private record Spot(long job, byte[] queue, JobState state, int column, byte[] key) {
    Place place() {
      return new Place(queue, state, column, Arrays.copyOfRange(key, 4, key.length));
    }
  }

  /** What is found, and whether there is more. */
  private static final class Found {
    final List<Spot> spots = new ArrayList<>();
    final int limit;
    int skip;
    boolean more;

    Found(Query.ListJobs query) {
      this.limit = query.limit();
      this.skip = query.offset();
    }

    boolean take(Spot spot) {
      if (skip > 0) {
        skip--;
        return true;
      }
      more = spots.size() == limit;
      return !more && spots.add(spot);
    }
  }

  Page page(Query.ListJobs query, Grant grant, View view) {
    Place after = Place.of(query.after());
    var found = new Found(query);
    long total = 0;
    for (QueueRow queue : rows(query.queue(), view)) {
      if (!grant.allows(Operation.GET_JOB, queue.view.name())) {
        continue;
      }
      for (JobState state : query.state() == null ? Place.STATES : of(query.state())) {
        long count = count(queue.view, state);
        total += count;
        collect(queue, state, count, after, found, view);
      }
    }
    return page(found, total, view);
  }

  private static JobState[] of(JobState state) {
    return new JobState[] {state};
  }

  private static void collect(
      QueueRow queue, JobState state, long count, @Nullable Place after, Found found, View view) {
    byte[] name = Bytes.of(queue.view.name().value());
    if (count == 0 || (after != null && after.isBehind(name, state))) {
      return;
    }
    if (found.spots.size() == found.limit) {
      // At the place itself nothing may be left, which the next page will tell.
      found.more = true;
    } else if (count <= found.skip) {
      found.skip -= (int) count;
    } else {
      Place from = after != null && after.isIn(name, state) ? after : null;
      new Stretch(queue.id, name, state, from).into(found, view);
    }
  }

  /** Of one queue and state, behind a place in it. */
  private record Stretch(int queue, byte[] name, JobState state, @Nullable Place after) {
    void into(Found found, View view) {
      List<Column> columns = columns(state);
      for (int i = after == null ? 0 : after.column; i < columns.size() && !found.more; i++) {
        int column = i;
        BiPredicate<byte[], byte[]> take =
            (key, value) ->
                found.take(new Spot(jobId(state, key, value), name, state, column, key));
        if (after != null && after.column == i) {
          byte[] from = join(Bytes.of(queue), after.key);
          view.scanBack(
              columns.get(i),
              Bytes.of(queue),
              from,
              (key, value) -> Arrays.equals(key, from) || take.test(key, value));
        } else {
          view.scanBack(columns.get(i), Bytes.of(queue), take);
        }
      }
    }
  }

  private static byte[] join(byte[] prefix, byte[] rest) {
    byte[] key = Arrays.copyOf(prefix, prefix.length + rest.length);
    System.arraycopy(rest, 0, key, prefix.length, rest.length);
    return key;
  }

  /** The jobs that were found, the first ones only when all together are too large. */
  private Page page(Found found, long total, View view) {
    var page = new ArrayList<JobView>();
    Spot last = null;
    boolean more = found.more;
    long bytes = 0;
    for (Spot spot : found.spots) {
      JobView job = jobs.job(spot.job, view);
      if (job != null) {
        bytes += bytes(job);
        if (bytes > Limits.DELIVERY_BYTES && !page.isEmpty()) {
          more = true;
          break;
        }
        page.add(job);
        last = spot;
      }
    }
    return new Page(page, total, more && last != null ? last.place().bytes() : ByteString.EMPTY);
  }

  /** What a job adds to the size of a page: what users have said, in it and with it. */
  static long bytes(JobView job) {
    long bytes = size(job.data()) + size(job.result());
    bytes += job.omitted().data() + job.omitted().result();
    bytes += length(job.error()) + length(job.progressMessage());
    bytes += length(job.sealed().error()) + length(job.sealed().message());
    bytes += 8L * job.options().dependsOn().size();
    for (String tag : job.tags()) {
      bytes += tag.length();
    }
    return bytes;
  }

  static long size(@Nullable Payload payload) {
    return payload == null ? 0 : payload.bytes().size();
  }

  private static long length(@Nullable ByteString text) {
    return text == null ? 0 : text.size();
  }

  private static long length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  private static List<Column> columns(JobState state) {
    return switch (state) {
      case WAITING -> List.of(Column.READY, Column.GROUPED);
      case DELAYED -> List.of(Column.DELAYED);
      case ACTIVE -> List.of(Column.ACTIVE);
      case COMPLETED -> List.of(Column.COMPLETED, Column.COMPLETED_AGED);
      case FAILED -> List.of(Column.DEAD);
      case WAITING_CHILDREN -> List.of(Column.BLOCKED);
    };
  }

  static long jobId(JobState state, byte[] key, byte[] value) {
    return switch (state) {
      case WAITING -> Bytes.longAt(value, 0);
      case COMPLETED -> CompletedSlot.job(Bytes.longAt(value, 0));
      case ACTIVE -> Bytes.longAt(key, 4);
      case DELAYED, FAILED, WAITING_CHILDREN -> Bytes.longAt(key, key.length - 8) ^ Long.MIN_VALUE;
    };
  }

  static List<QueueRow> rows(@Nullable QueueName only, View view) {
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
                    Queue.view(Reader.queueName(key), QueueStore.parse(value))));
          }
          return only == null;
        });
    return rows;
  }

  static long count(QueueView queue, JobState state) {
    return switch (state) {
      case WAITING -> queue.waiting();
      case DELAYED -> queue.delayed();
      case ACTIVE -> queue.active();
      case COMPLETED -> queue.completed();
      case FAILED -> queue.failed();
      case WAITING_CHILDREN -> queue.waitingChildren();
    };
  }
}
