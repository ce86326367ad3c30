package dev.flashq.cluster;

import java.util.concurrent.CompletableFuture;

/** Takes checkpoints of this node's replica. */
public interface Checkpointing {
  /** Whether a checkpoint is on its way to another member, or was a moment ago. */
  boolean isSending();

  /** Writes a checkpoint of what is applied and lets the log before it go. */
  CompletableFuture<Void> take();
}
