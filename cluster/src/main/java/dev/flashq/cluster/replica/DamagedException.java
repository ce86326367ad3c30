package dev.flashq.cluster.replica;

import java.io.IOException;

/** A file of a checkpoint is not what it was when it was written. */
public final class DamagedException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedException(String sentence) {
    super(sentence);
  }
}
