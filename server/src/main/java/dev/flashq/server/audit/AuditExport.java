package dev.flashq.server.audit;

import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.transport.wire.AuditLines;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the audit trail out while this node leads, a record in JSON on each line: from the
 * position that the cluster knows, each record at least once, and none is left out.
 */
public final class AuditExport implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditExport.class);
  private static final long LOOK_MS = 200;

  /** Milliseconds between two words to the cluster on the position. */
  private static final long NOTE_MS = 1_000;

  /** Milliseconds until a write that has failed is tried again. */
  private static final long AGAIN_MS = 1_000;

  /** Milliseconds between two lines of the log on a target that fails. */
  private static final long TELL_MS = 60_000;

  /** Pages between two looks. */
  private static final int PAGES = 100;

  private final ExportSource trail;
  private final ExportTarget target;
  private final LongSupplier nowMs;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("audit-export").factory());
  private @Nullable AuditRecord written;
  private long notedAt;
  private long notBefore;
  private long toldAt;
  private volatile boolean failing;
  private volatile long behind;

  public AuditExport(ExportSource trail, ExportTarget target) {
    this(trail, target, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  AuditExport(ExportSource trail, ExportTarget target, LongSupplier nowMs) {
    this.trail = trail;
    this.target = target;
    this.nowMs = nowMs;
    this.notedAt = nowMs.getAsLong() - NOTE_MS;
    this.notBefore = nowMs.getAsLong();
    this.toldAt = nowMs.getAsLong() - TELL_MS;
  }

  public AuditExport start() {
    var _ = thread.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    return this;
  }

  /** Whether the target has refused the latest write. */
  public boolean isFailing() {
    return failing;
  }

  /** Records that this node should have written and has not. */
  public long behind() {
    return behind;
  }

  void look() {
    try {
      if (trail.leads()) {
        export(trail.standing());
      } else {
        written = null;
        behind = 0;
        failing = false;
      }
    } catch (RefusedException | CompletionException e) {
      LOG.debug("the audit trail is written out later", e);
    }
  }

  private void export(AuditStanding standing) {
    long after = Math.max(standing.exported(), written == null ? 0 : written.number());
    long fromMs =
        written == null || written.number() < after ? standing.exportedMs() : written.atMs();
    behind = standing.records() - after;
    if (behind > 0 && nowMs.getAsLong() >= notBefore) {
      write(fromMs, after);
    }
    AuditRecord last = written;
    if (last != null
        && last.number() > standing.exported()
        && nowMs.getAsLong() - notedAt >= NOTE_MS) {
      notedAt = nowMs.getAsLong();
      trail.exported(last);
    }
  }

  private void write(long fromMs, long after) {
    try {
      for (int i = 0; i < PAGES; i++) {
        List<AuditRecord> page = trail.records(fromMs, after);
        if (page.isEmpty()) {
          return;
        }
        tellOfGap(after, page.getFirst());
        target.write(AuditLines.of(page));
        failing = false;
        AuditRecord last = page.getLast();
        written = last;
        after = last.number();
        fromMs = last.atMs();
        behind = Math.max(0, behind - page.size());
      }
    } catch (IOException e) {
      fails(e);
    }
  }

  /** Records that were kept for as long as the policy says, and could not be written. */
  private static void tellOfGap(long after, AuditRecord first) {
    if (first.number() > after + 1) {
      LOG.error(
          "Records {} to {} of the audit trail were removed before they were written out",
          after + 1,
          first.number() - 1);
    }
  }

  private void fails(IOException e) {
    failing = true;
    notBefore = nowMs.getAsLong() + AGAIN_MS;
    if (nowMs.getAsLong() - toldAt >= TELL_MS) {
      toldAt = nowMs.getAsLong();
      LOG.error(
          "The audit trail cannot be written out; it is tried again, and nothing is left out: {}",
          e.toString());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
