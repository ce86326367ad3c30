package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One replica's state: a function of the entries applied to it.
 *
 * <p>{@link #apply}, {@link #skip} and {@link #checkpoint} are called by one thread at a time;
 * everything else by any thread at any time. A failure of the storage is thrown as {@link
 * StorageException}: the replica must stop.
 */
public interface QueueEngine extends AutoCloseable {

  /**
   * Applies one committed entry. Entries at or below the last applied index are never given again.
   */
  Outcome apply(long term, long index, ByteString entry);

  /**
   * The number of the last start of a node from which an entry was applied; 0 when there is none.
   * For the thread that applies.
   */
  long lastBoot(String node);

  /** Notes an index that carries no commands (a configuration, a leader's first entry). */
  void skip(long term, long index);

  Applied lastApplied();

  /**
   * Writes the whole state into the folder, which must not exist; when it returns, the folder is on
   * disk.
   */
  Applied checkpoint(Path folder) throws IOException;

  /**
   * Brings what is in memory to disk beside the applying thread, so that the next checkpoint has
   * little left to write. For any thread.
   */
  void flushAhead();

  /** Answers from what is applied. WaitForJob answers at once with what is known. */
  <R> R ask(Query<R> query);

  /** Whether a pull would find something now, as far as this replica knows. */
  Deliverable deliverable(QueueName queue);

  /**
   * Unix ms at which the earliest timer is due; {@link Long#MAX_VALUE} when there is none. May be
   * early, never late.
   */
  long nextTimerDue();

  /** The digest over everything applied so far. */
  Digest digest();

  /** Called on the applying thread after each entry; set once, before the first entry. */
  void listen(Listener listener);

  @Override
  void close();

  /** The last applied entry; index -1 when there is none. */
  record Applied(long term, long index) {}

  record Digest(long index, long value) {}

  /**
   * @param jobs how many jobs a pull would get now
   * @param retryAtMs when a rate limit holds jobs back: Unix ms when the next may go; otherwise 0
   */
  record Deliverable(int jobs, long retryAtMs) {
    public static final Deliverable NOTHING = new Deliverable(0, 0);
  }

  /**
   * What an entry led to.
   *
   * @param rows that it wrote: what it costs to apply it again
   * @param replies one per command, in order; empty when another node proposed the entry, or when
   *     it had been applied before under an earlier index
   */
  record Outcome(String node, long boot, long sequence, int rows, List<Reply> replies) {}

  /** Hears what may end somebody's waiting. Calls must be short. */
  interface Listener {
    /** A pull of this queue may find jobs that it could not find before. */
    void ready(QueueName queue);

    /** The job has ended, and may be gone. */
    void ended(JobId job, JobEnd end);
  }
}
