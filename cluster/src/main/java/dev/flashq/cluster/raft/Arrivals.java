package dev.flashq.cluster.raft;

import dev.flashq.cluster.replica.Checkpoints;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transfers in which leaders send checkpoints to this node. Ratis leaves the files of a
 * transfer that fails where they are, each as large as the state. Here a transfer that begins ends
 * the one before it, and nothing of one that has ended stays: there is never more than one on disk.
 * One whose connection was lost may go on for a while.
 */
final class Arrivals {
  private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

  /** Milliseconds without a part after which a transfer has ended. */
  static final long PATIENCE_MS = 60_000;

  private final Checkpoints checkpoints;
  private final BooleanSupplier paused;
  private final Runnable stuck;
  private final LongSupplier nowMs;
  private final ReentrantLock lock = new ReentrantLock();

  /** The transfer that is going on. */
  private volatile @Nullable String current;

  /** The part that it has to bring next. */
  private int next;

  private long movedAt;

  /** Its files stay: the next start can finish the installation with them. */
  private boolean isStuck;

  /** Takes a part in. */
  @FunctionalInterface
  interface Installer {
    InstallSnapshotReplyProto install(InstallSnapshotRequestProto part) throws IOException;
  }

  /**
   * @param paused whether the state machine waits for a received checkpoint to take its place
   * @param stuck called when it waits in vain, because the checkpoint could not be installed
   */
  Arrivals(Checkpoints checkpoints, BooleanSupplier paused, Runnable stuck, LongSupplier nowMs) {
    this.checkpoints = checkpoints;
    this.paused = paused;
    this.stuck = stuck;
    this.nowMs = nowMs;
  }

  /** Takes a part in, or fails; one that was taken in before is confirmed again. */
  InstallSnapshotReplyProto take(InstallSnapshotRequestProto part, Installer installer)
      throws IOException {
    if (!part.hasSnapshotChunk()) {
      throw new IOException("no part of a checkpoint");
    }
    lock.lock();
    try {
      var chunk = part.getSnapshotChunk();
      if (!chunk.getRequestId().equals(current)) {
        begin(chunk.getRequestId(), chunk.getRequestIndex());
      }
      if (chunk.getRequestIndex() < next) {
        return InstallSnapshotReplyProto.newBuilder()
            .setRequestIndex(chunk.getRequestIndex())
            .setResult(InstallSnapshotResult.SUCCESS)
            .build();
      }
      if (chunk.getRequestIndex() > next) {
        throw new IOException(
            "part " + chunk.getRequestIndex() + " of a checkpoint instead of " + next);
      }
      return install(part, installer);
    } finally {
      lock.unlock();
    }
  }

  private void begin(String id, int index) throws IOException {
    if (index != 0) {
      throw new IOException("another transfer has begun, or this one has ended");
    }
    if (isStuck) {
      throw new IOException("a checkpoint could not be installed");
    }
    current = null;
    try {
      checkpoints.discardTransfers(id);
    } catch (IOException e) {
      LOG.error("What an earlier transfer has left cannot be deleted; no other is begun", e);
      throw new IOException("there is no place for a checkpoint", e);
    }
    current = id;
    next = 0;
  }

  /** Ratis pauses the state machine and moves folders. */
  private InstallSnapshotReplyProto install(InstallSnapshotRequestProto part, Installer installer)
      throws IOException {
    boolean before = paused.getAsBoolean();
    boolean goesOn = false;
    try {
      InstallSnapshotReplyProto reply = installer.install(part);
      goesOn =
          reply.getResult() == InstallSnapshotResult.SUCCESS && !part.getSnapshotChunk().getDone();
      return reply;
    } catch (IOException | RuntimeException e) {
      if (!before && paused.getAsBoolean()) {
        isStuck = true;
        stuck.run();
      }
      throw e;
    } finally {
      if (goesOn) {
        next++;
        movedAt = nowMs.getAsLong();
      } else if (!isStuck) {
        end();
      }
    }
  }

  private void end() {
    current = null;
    try {
      checkpoints.discardTransfers(null);
    } catch (IOException e) {
      LOG.warn("What a transfer has left cannot be deleted yet", e);
    }
  }

  /** Whether a checkpoint is on its way to this node. */
  boolean isActive() {
    return lock.isLocked() || current != null;
  }

  /** Ends a transfer that does not go on; to be asked again and again. Returns at once. */
  void tidy() {
    if (lock.tryLock()) {
      try {
        if (current != null && !isStuck && nowMs.getAsLong() - movedAt > PATIENCE_MS) {
          LOG.info("The transfer of a checkpoint does not go on and is dropped");
          end();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
