package dev.flashq.transport.wire;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Reply.Refused;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes answers of one encoding into one growing array, one map each; used by one thread. */
public final class Answer {
  private static final Logger LOG = LoggerFactory.getLogger(Answer.class);
  private static final Refused BUG = new Refused(ErrorCode.INTERNAL_ERROR, "Internal error");

  private final Encoding encoding;
  private final ValueWriter out;
  private byte @Nullable [] reqId;
  private @Nullable ErrorCode refused;

  public Answer(Encoding encoding) {
    this.encoding = encoding;
    this.out = encoding.writer();
  }

  public ValueWriter out() {
    return out;
  }

  /**
   * Whether integers are to be float64: the Go client, which sends no correlation id, reads no
   * others.
   */
  public void goNumbers(boolean on) {
    if (out instanceof MessagePackWriter messagePack) {
      messagePack.integersAsDoubles(on);
    }
  }

  /**
   * Appends one answer. A failure of the shape becomes an error; what was written before it is
   * taken back.
   */
  public <T> void write(byte @Nullable [] correlation, Shape<T> shape, Object outcome) {
    reqId = correlation;
    refused = null;
    int start = out.size();
    try {
      shaped(shape, outcome);
    } catch (InvalidValueException e) {
      replace(start, new Refused(e.code(), e.sentence()));
    } catch (WireException e) {
      replace(
          start,
          new Refused(ErrorCode.DATA_TOO_LARGE, "The answer cannot be written: " + e.sentence()));
    } catch (RuntimeException e) {
      LOG.error("An answer could not be written", e);
      replace(start, BUG);
    }
  }

  private <T> void shaped(Shape<T> shape, Object outcome) {
    if (outcome instanceof Refused refusal) {
      refuse(refusal);
      return;
    }
    @SuppressWarnings(
        "unchecked") // A shape is paired with its command or query where the plan is made.
    T expected = (T) outcome;
    shape.write(expected, this);
    if (refused == null) {
      out.key(Names.SUCCESS);
      out.bool(true);
      out.endMap();
    }
  }

  private void replace(int start, Refused refusal) {
    out.truncate(start);
    refuse(refusal);
  }

  /** Begins the map of a success that has so many fields of its own. */
  public ValueWriter ok(int fields) {
    begin(fields + 2);
    out.key(Names.OK);
    out.bool(true);
    return out;
  }

  /** Writes the whole answer of a request that was refused. */
  public void refuse(Refused refusal) {
    refused = refusal.code();
    begin(4);
    out.key(Names.OK);
    out.bool(false);
    out.key(Names.ERROR);
    out.string(refusal.detail());
    out.key(Names.SUCCESS);
    out.bool(false);
    out.key(Names.CODE);
    out.string(refusal.code().name());
    out.endMap();
  }

  private void begin(int fields) {
    byte[] id = reqId;
    out.beginMap(id == null ? fields : fields + 1);
    if (id != null) {
      out.key(Names.REQ_ID);
      out.raw(id, 0, id.length);
    }
  }

  /** The code of the error just written; null after a success. */
  public @Nullable ErrorCode refused() {
    return refused;
  }

  /** Writes user data: as it is when it is in the answer's encoding. */
  void payload(@Nullable Payload payload) {
    if (payload == null) {
      out.nil();
    } else if (payload.encoding() == encoding.payload()) {
      out.raw(payload.bytes());
    } else {
      transcode(payload.bytes());
    }
  }

  private void transcode(ByteString value) {
    byte[] bytes = value.toByteArray();
    switch (out) {
      case JsonWriter json -> Transcode.messagePackToJson(bytes, 0, bytes.length, json);
      case MessagePackWriter messagePack ->
          Transcode.jsonToMessagePack(bytes, 0, bytes.length, messagePack);
    }
  }
}
