package dev.flashq.statemachine;

import static dev.flashq.protocol.ErrorCode.DATA_TOO_LARGE;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;

/**
 * User data exactly as it arrived: one valid JSON text or one valid MessagePack value. The engine
 * never reads it.
 */
public record Payload(Encoding encoding, ByteString bytes) {
  /** How the bytes are to be read. The order is part of the log and of the stores. */
  public enum Encoding {
    JSON,
    MESSAGE_PACK
  }

  public static final Payload NULL = new Payload(Encoding.JSON, ByteString.copyFromUtf8("null"));

  public Payload {
    Limits.require(
        bytes.size() <= Limits.DATA_BYTES,
        DATA_TOO_LARGE,
        "Job data too large (" + bytes.size() + " bytes, max " + Limits.DATA_BYTES + " bytes)");
  }

  public static Payload json(String text) {
    return new Payload(Encoding.JSON, ByteString.copyFromUtf8(text));
  }
}
