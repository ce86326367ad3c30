package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Texts of a job that are sealed: they are opened before anybody sees them.
 *
 * @param error of the latest failure; null: it is none, or in the clear
 * @param message of the worker's progress
 */
public record SealedTexts(@Nullable ByteString error, @Nullable ByteString message) {
  public static final SealedTexts NONE = new SealedTexts(null, null);
}
