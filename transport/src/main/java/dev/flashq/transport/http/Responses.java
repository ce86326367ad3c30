package dev.flashq.transport.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.transport.TransportStats;
import dev.flashq.transport.wire.Answer;
import dev.flashq.transport.wire.Encoding;
import dev.flashq.transport.wire.LargeBody;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Shape;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

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
  FullHttpResponse of(byte @Nullable [] reqId, Shape<?> shape, Object outcome) {
    return switch (outcome) {
      case HttpAnswer answer ->
          response(answer.status(), answer.contentType(), answer.body().getBytes(UTF_8));
      case HttpError error -> error(error);
      default -> json(reqId, shape, outcome);
    };
  }

  private FullHttpResponse error(HttpError error) {
    FullHttpResponse response = json(null, Plan.DONE, error.refusal());
    response.setStatus(error.status());
    if (!error.allowed().isEmpty()) {
      response.headers().set(HttpHeaderNames.ALLOW, error.allowed());
    }
    return response;
  }

  private FullHttpResponse json(byte @Nullable [] reqId, Shape<?> shape, Object outcome) {
    Answer answer = ANSWER.get();
    answer.out().clear(KEPT_BYTES);
    int status = write(answer, reqId, shape, outcome);
    FullHttpResponse response = response(status, HttpAnswer.JSON, answer.out().toByteArray());
    answer.out().clear(KEPT_BYTES);
    if (answer.retryAfterMs() > 0) {
      // In seconds, so that it is not too early.
      long seconds = Math.ceilDiv(answer.retryAfterMs(), 1000);
      response.headers().set(HttpHeaderNames.RETRY_AFTER, Long.toString(seconds));
    }
    return response;
  }

  private int write(Answer answer, byte @Nullable [] reqId, Shape<?> shape, Object outcome) {
    answer.write(reqId, shape, outcome);
    ErrorCode refused = answer.refused();
    if (refused != null) {
      stats.errors(refused).increment();
    }
    return refused == null ? HttpResponseStatus.OK.code() : refused.httpStatus();
  }

  /** A response whose body may be large. */
  record Large(HttpResponse head, LargeBody body) {}

  /** Called on event loops. */
  Large large(byte @Nullable [] reqId, Shape<?> shape, Object outcome) {
    if (outcome instanceof HttpAnswer || outcome instanceof HttpError) {
      FullHttpResponse whole = of(reqId, shape, outcome);
      return new Large(headOf(whole), LargeBody.of(ByteBufUtil.getBytes(whole.content())));
    }
    Answer answer = ANSWER.get();
    answer.out().clear(KEPT_BYTES);
    answer.beginLarge();
    int status = write(answer, reqId, shape, outcome);
    LargeBody body = answer.finishLarge();
    HttpResponse head = headOf(response(status, HttpAnswer.JSON, new byte[0]));
    head.headers().set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(body.size()));
    stats.bytesOut.add(body.size());
    return new Large(head, body);
  }

  private static HttpResponse headOf(FullHttpResponse whole) {
    return new DefaultHttpResponse(whole.protocolVersion(), whole.status(), whole.headers());
  }

  /** What a client waits for that asks before it sends a body. */
  static FullHttpResponse goOn() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
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
