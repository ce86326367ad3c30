package dev.flashq.launcher;

import org.jspecify.annotations.Nullable;

/** The cluster on this machine could not be started or does not answer. */
public final class LocalClusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LocalClusterException(String sentence) {
    super(sentence);
  }

  public LocalClusterException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
