package dev.flashq.transport.wire;

import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackReader;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.Payload;

/** The two encodings of the TCP protocol; HTTP speaks JSON. */
public enum Encoding {
  JSON(Payload.Encoding.JSON, "Invalid: "),
  MESSAGE_PACK(Payload.Encoding.MESSAGE_PACK, "MessagePack deserialize error: ");

  private final Payload.Encoding payload;
  private final String errorPrefix;

  Encoding(Payload.Encoding payload, String errorPrefix) {
    this.payload = payload;
    this.errorPrefix = errorPrefix;
  }

  public Payload.Encoding payload() {
    return payload;
  }

  /** How the sentence about an unreadable request begins. */
  String errorPrefix() {
    return errorPrefix;
  }

  ValueReader reader() {
    return switch (this) {
      case JSON -> new JsonReader();
      case MESSAGE_PACK -> new MessagePackReader();
    };
  }

  public ValueWriter writer() {
    return switch (this) {
      case JSON -> new JsonWriter();
      case MESSAGE_PACK -> new MessagePackWriter();
    };
  }
}
