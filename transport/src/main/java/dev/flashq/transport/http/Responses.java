package dev.flashq.transport.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.TransportStats;
import dev.flashq.transport.wire.Answer;
import dev.flashq.transport.wire.Encoding;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Shape;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.FastThreadLocal;

/** Makes HTTP responses; every body but those of the operational endpoints is JSON. */
final class Responses {
  private static final int KEPT_BYTES = 1024 * 1024;

  private static final FastThreadLocal<Answer> ANSWER =
      new FastThreadLocal<>() {
        @Override
        protected Answer initialValue() {
          return new Answer(Encoding.JSON);
        }
      };

  private final TransportStats stats;

  Responses(TransportStats stats) {
    this.stats = stats;
  }

  /** Called on event loops. */
  FullHttpResponse of(byte[] reqId, Shape<?> shape, Object outcome) {
    Answer answer = ANSWER.get();
    answer.out().clear(KEPT_BYTES);
    answer.write(reqId.length == 0 ? null : reqId, shape, outcome);
    ErrorCode refused = answer.refused();
    if (refused != null) {
      stats.errors(refused).increment();
    }
    byte[] body = answer.out().toByteArray();
    return response(refused == null ? 200 : refused.httpStatus(), HttpAnswer.JSON, body);
  }

  /** What a client waits for that asks before it sends a body. */
  static FullHttpResponse goOn() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
  }

  FullHttpResponse of(Refused refusal) {
    return of(new byte[0], Plan.DONE, refusal);
  }

  /** An error of HTTP itself, in the shape of all errors. */
  FullHttpResponse of(HttpResponseStatus status, ErrorCode code, String sentence) {
    FullHttpResponse response = of(new Refused(code, sentence));
    response.setStatus(status);
    return response;
  }

  FullHttpResponse of(HttpAnswer answer) {
    return response(answer.status(), answer.contentType(), answer.body().getBytes(UTF_8));
  }

  private FullHttpResponse response(int status, String contentType, byte[] body) {
    ByteBuf content = Unpooled.wrappedBuffer(body);
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), content);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (status == HttpResponseStatus.UNAUTHORIZED.code()) {
      response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    stats.bytesOut.add(body.length);
    return response;
  }
}
