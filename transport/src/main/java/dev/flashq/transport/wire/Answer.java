package dev.flashq.transport.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.JsonPieces;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.wire.LargeBody.Line;
import dev.flashq.transport.wire.LargeBody.Plain;
import dev.flashq.transport.wire.LargeBody.Splice;
import dev.flashq.transport.wire.LargeBody.Translated;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes answers of one encoding into one growing array, one map each; used by one thread. Of a
 * large one, which stands alone, the large data stay outside of the array.
 */
public final class Answer {
  /** Bytes of data that are not worth a place of their own. */
  private static final int SPLICE_BYTES = 16 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Answer.class);
  private static final Refused BUG = new Refused(ErrorCode.INTERNAL_ERROR, "Internal error");

  private final Encoding encoding;
  private final ValueWriter out;
  private byte @Nullable [] reqId;
  private @Nullable Refused refused;

  private boolean large;
  private final List<Splice> splices = new ArrayList<>();
  private long splicedBytes;

  /** The data that were translated last, and what they became: a job may stand there twice. */
  private @Nullable Payload translated;

  private byte[] translation = new byte[0];
  private long translatedSize;

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

  /** Begins an answer that is large, and the only one. */
  public void beginLarge() {
    large = true;
  }

  /** Bytes that were written, large data among them. */
  public long size() {
    return out.size() + splicedBytes;
  }

  /** The large answer that was begun; what was written is gone. */
  public LargeBody finishLarge() {
    int size = out.size();
    var body = new LargeBody(out.take(), size, splices);
    large = false;
    forgetSplices();
    return body;
  }

  private void forgetSplices() {
    splices.clear();
    splicedBytes = 0;
    translated = null;
    translation = new byte[0];
  }

  private void replace(int start, Refused refusal) {
    forgetSplices();
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
    refused = refusal;
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
    return refused == null ? null : refused.code();
  }

  /** Milliseconds after which the request that was refused may succeed; 0 when nobody knows. */
  public long retryAfterMs() {
    Reason.Detail reason = refused == null ? null : refused.reason();
    return reason != null && reason.reason() == Reason.RATE_EXCEEDED ? reason.number() : 0;
  }

  /** Writes user data: as it is when it is in the answer's encoding. */
  void payload(@Nullable Payload payload) {
    if (payload == null) {
      out.nil();
    } else if (large && payload.bytes().size() >= SPLICE_BYTES) {
      splice(payload);
    } else if (payload.encoding() == encoding.payload()) {
      out.raw(payload.bytes());
    } else {
      transcode(payload.bytes());
    }
  }

  private void splice(Payload payload) {
    out.elsewhere();
    Splice splice = spliceOf(payload);
    splicedBytes += splice.size();
    if (size() > Limits.ANSWER_BYTES) {
      throw WireException.tooLarge(Limits.ANSWER_BYTES);
    }
    splices.add(splice);
  }

  private Splice spliceOf(Payload payload) {
    ByteString value = payload.bytes();
    boolean same = payload.encoding() == encoding.payload();
    return switch (encoding) {
      case JSON ->
          same
              ? new Splice(out.size(), new Line(value), value.size(), value.size())
              : translated(payload);
      case MESSAGE_PACK -> {
        ByteString goes = same ? value : UnsafeByteOperations.unsafeWrap(messagePack(payload));
        yield new Splice(out.size(), new Plain(goes), goes.size(), value.size() + goes.size());
      }
    };
  }

  private Splice translated(Payload payload) {
    if (payload != translated) {
      translation = payload.bytes().toByteArray();
      translatedSize = JsonPieces.length(translation, 0, translation.length);
      translated = payload;
    }
    return new Splice(
        out.size(), new Translated(translation), translatedSize, 2L * translation.length);
  }

  private byte[] messagePack(Payload payload) {
    if (payload != translated) {
      byte[] json = payload.bytes().toByteArray();
      var writer = new MessagePackWriter();
      Transcode.jsonToMessagePack(json, 0, json.length, writer);
      translation = writer.toByteArray();
      translated = payload;
    }
    return translation;
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
