package dev.flashq.cluster.raft;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees whether what has been given to the disk gets there: the log by Ratis's own thread, which
 * tells nobody how long it has been at it, and the state by the applying thread.
 */
final class DiskLook {
  private static final Logger LOG = LoggerFactory.getLogger(DiskLook.class);
  private static final long NOT_LOOKING = -1;

  private final RaftDivision raft;
  private final LongSupplier elapsedMs;
  private final Backlog flushed = new Backlog();
  private final Backlog applied = new Backlog();

  /** When the look that is going on began: it waits for the log's lock while a writer holds it. */
  private volatile long lookingSince = NOT_LOOKING;

  DiskLook(RaftDivision raft, LongSupplier elapsedMs) {
    this.raft = raft;
    this.elapsedMs = elapsedMs;
  }

  /** Called again and again on one thread, which may be held up as long as the disk hangs. */
  void look() {
    long now = elapsedMs.getAsLong();
    lookingSince = now;
    try {
      var division = raft.get();
      RaftLog log = division.getRaftLog();
      applied.look(log.getLastCommittedIndex(), division.getInfo().getLastAppliedIndex(), now);
      TermIndex last = log.getLastEntryTermIndex();
      flushed.look(last == null ? -1 : last.getIndex(), log.getFlushIndex(), now);
    } catch (IOException | IllegalStateException e) {
      LOG.debug("The log cannot be looked at now", e);
    } finally {
      lookingSince = NOT_LOOKING;
    }
  }

  /** Milliseconds for which no entry that waits for the disk has got there. */
  long logMs() {
    long now = elapsedMs.getAsLong();
    long began = lookingSince;
    return Math.max(flushed.waitedMs(now), began == NOT_LOOKING ? 0 : now - began);
  }

  /** Milliseconds for which no entry that waits to be applied has been. */
  long applyMs() {
    return applied.waitedMs(elapsedMs.getAsLong());
  }
}
