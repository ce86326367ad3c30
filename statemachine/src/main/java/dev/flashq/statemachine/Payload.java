package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * User data exactly as it arrived: one valid JSON text or one valid MessagePack value. The engine
 * never reads it.
 */
public record Payload(Encoding encoding, ByteString bytes) {
  /** How the bytes are to be read. The number stands in the log and in rows: it never changes. */
  public enum Encoding {
    JSON(0),
    MESSAGE_PACK(1),
    /** Sealed: no node answers with it. The sealed text says how it is to be read when opened. */
    SEALED(2),
    /** A text, when it has been opened: an error or a message. */
    TEXT(3);

    private final int number;

    Encoding(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }

    /** The encoding with the number; null when this version does not know it. */
    public static @Nullable Encoding of(int number) {
      return switch (number) {
        case 0 -> JSON;
        case 1 -> MESSAGE_PACK;
        case 2 -> SEALED;
        case 3 -> TEXT;
        default -> null;
      };
    }
  }

  public static final Payload NULL = new Payload(Encoding.JSON, ByteString.copyFromUtf8("null"));

  public boolean isSealed() {
    return encoding == Encoding.SEALED;
  }

  public static Payload json(String text) {
    return new Payload(Encoding.JSON, ByteString.copyFromUtf8(text));
  }
}
