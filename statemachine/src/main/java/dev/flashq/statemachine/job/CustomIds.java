package dev.flashq.statemachine.job;

import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.KeyTable;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.store.Views.View;
import java.nio.ByteBuffer;
import java.util.function.IntPredicate;

/** Jobs by the ids that their senders gave them: in each queue one job for an id. */
public final class CustomIds {
  /** Queues in which one id is looked for when the queue is not named. */
  private static final int QUEUES = 1000;

  private final KeyTable jobs;

  CustomIds(Tables tables) {
    this.jobs = new KeyTable(tables, Column.CUSTOM_IDS);
  }

  /** The job that has the id; 0 when there is none. */
  long holder(Queue queue, String id) {
    return jobs.number(key(queue.id(), id));
  }

  void hold(Job job) {
    String id = job.options().customId();
    if (id != null) {
      jobs.put(key(job.queue(), id), job.id());
    }
  }

  /** The job goes; another one may have taken its id over since it completed. */
  void release(Job job) {
    String id = job.options().customId();
    if (id != null) {
      byte[] key = key(job.queue(), id);
      if (jobs.number(key) == job.id()) {
        jobs.delete(key);
      }
    }
  }

  /**
   * The job that was pushed last under the id; 0 when there is none.
   *
   * @param queues in which it is looked for, by their numbers
   */
  public static long latest(String id, IntPredicate queues, View view) {
    byte[] prefix = prefix(id, 0);
    var found = new long[2];
    view.scan(
        Column.CUSTOM_IDS,
        prefix,
        prefix,
        (key, value) -> {
          long job = Bytes.longAt(value, 0);
          if (job > found[0] && queues.test(Bytes.intAt(key, prefix.length))) {
            found[0] = job;
          }
          return ++found[1] < QUEUES;
        });
    return found[0];
  }

  private static byte[] key(int queue, String id) {
    byte[] key = prefix(id, Integer.BYTES);
    ByteBuffer.wrap(key).putInt(key.length - Integer.BYTES, queue);
    return key;
  }

  /** The id behind its length, so that no id is the beginning of another one. */
  private static byte[] prefix(String id, int more) {
    byte[] utf8 = Bytes.of(id);
    return ByteBuffer.allocate(Short.BYTES + utf8.length + more)
        .putShort((short) utf8.length)
        .put(utf8)
        .array();
  }
}
