package dev.flashq.statemachine.engine;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.job.Job;
import dev.flashq.statemachine.job.JobCodec;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Views.View;
import java.util.function.ToLongFunction;

/** One step of a walk through all jobs by their ids: so many jobs, and so many bytes. */
final class JobWalk {
  private static final byte[] ALL = new byte[0];

  private final long last;
  private final ToLongFunction<Job> visitor;
  private long to;
  private int looks;
  private long bytes;

  private JobWalk(long last, ToLongFunction<Job> visitor) {
    this.last = last;
    this.visitor = visitor;
    this.to = last + 1;
  }

  /**
   * Shows jobs to a visitor, who says how many bytes of them were read.
   *
   * @param from the smallest id
   * @param last the greatest id of the whole walk
   * @return the smallest id that was not looked at
   */
  static long step(View view, long from, long last, ToLongFunction<Job> visitor) {
    var walk = new JobWalk(last, visitor);
    view.scan(Column.JOBS, ALL, Bytes.of(from), walk::look);
    return walk.to;
  }

  private boolean look(byte[] key, byte[] header) {
    long id = Bytes.longAt(key, 0);
    if (id > last) {
      return false;
    }
    if (looks >= Limits.ERASURE_LOOKS || bytes >= Limits.ERASURE_READ_BYTES) {
      to = id;
      return false;
    }
    looks++;
    bytes += visitor.applyAsLong(JobCodec.decode(id, header));
    return true;
  }
}
