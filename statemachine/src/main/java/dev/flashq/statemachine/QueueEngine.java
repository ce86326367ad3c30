package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One replica's state: a function of the entries applied to it.
 *
 * <p>{@link #apply} and {@link #skip} are called by one thread at a time; everything else by any
 * thread at any time. A failure of the storage is thrown as {@link StorageException}: the replica
 * must stop.
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
   * Writes the whole state between two entries into the folder, which must not exist; when it
   * returns, the folder is on disk. For any thread; entries are applied meanwhile.
   */
  Applied checkpoint(Path folder) throws IOException;

  /**
   * Answers from what is applied, with what the principal may know; fails with {@link
   * RefusedException} when it may not ask. WaitForJob answers at once with what is known.
   */
  <R> R ask(Principal principal, Query<R> query);

  /** Answers with everything there is to know. */
  default <R> R ask(Query<R> query) {
    return ask(Principal.SYSTEM, query);
  }

  /** Who may do what after the last entry. */
  Access access();

  /** What is said about data after the last entry. */
  DataRules dataRules();

  /** The keys under which payloads are sealed after the last entry. */
  KeyRing keyRing();

  /** What is recorded in the audit trail after the last entry. */
  AuditPolicy auditPolicy();

  /** How far the audit trail has come with the last entry. */
  AuditStanding audit();

  /**
   * Whether a pull would find something, as far as this replica knows.
   *
   * @param now the replicated clock, as far as the asking node knows it
   */
  Deliverable deliverable(QueueName queue, long now);

  /**
   * Unix ms at which the earliest timer is due; {@link Long#MAX_VALUE} when there is none. May be
   * early, never late.
   */
  long nextTimerDue();

  /** The digest over everything applied so far. */
  Digest digest();

  /** The digest after one of the latest entries; null when it is not known. */
  @Nullable Long digestAt(long index);

  /** The replicated clock, Unix ms; 0 before the first entry. */
  long clock();

  /** The feature level that the cluster has reached. */
  int featureLevel();

  /**
   * Hears the facts of each entry on the applying thread when it has been applied; calls must be
   * short. Set once, before the first entry.
   */
  void listen(Consumer<Fact> listener);

  @Override
  void close();

  /** The last applied entry; index -1 when there is none. */
  record Applied(long term, long index) {}

  record Digest(long index, long value) {}

  /**
   * @param jobs how many jobs a pull would get now
   * @param retryInMs when a rate limit holds jobs back: milliseconds until the next may go;
   *     otherwise 0
   */
  record Deliverable(int jobs, long retryInMs) {
    public static final Deliverable NOTHING = new Deliverable(0, 0);
  }

  /**
   * What an entry led to.
   *
   * @param rows that it wrote: what it costs to apply it again
   * @param isNew false when it had been applied before under an earlier index
   * @param replies one per command that was carried out, in order; the commands behind them would
   *     have been too much for one entry and had no effect. Empty when another node proposed the
   *     entry
   * @param named whether the command at a position had a request id
   */
  record Outcome(
      String node,
      long boot,
      long sequence,
      int rows,
      boolean isNew,
      List<Reply> replies,
      IntPredicate named) {
    public Outcome(
        String node, long boot, long sequence, int rows, boolean isNew, List<Reply> replies) {
      this(node, boot, sequence, rows, isNew, replies, _ -> false);
    }
  }
}
