package dev.flashq.transport.http;

import dev.flashq.statemachine.Payload;
import dev.flashq.transport.connection.Encoder;
import dev.flashq.transport.connection.Exchange;
import dev.flashq.transport.connection.Pieces;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Makes a response of each answer. */
final class ResponseEncoder implements Encoder {
  private final Responses responses;
  private final BooleanSupplier keepsAlive;
  private @Nullable FullHttpResponse response;

  ResponseEncoder(Responses responses, BooleanSupplier keepsAlive) {
    this.responses = responses;
    this.keepsAlive = keepsAlive;
  }

  @Override
  public Payload.Encoding encoding() {
    return Payload.Encoding.JSON;
  }

  @Override
  public void begin() {
    response = null;
  }

  @Override
  public boolean full() {
    return response != null;
  }

  @Override
  public boolean add(Exchange exchange) {
    FullHttpResponse made = responses.of(exchange.reqId(), exchange.shape(), exchange.outcome());
    HttpUtil.setKeepAlive(made, keepsAlive.getAsBoolean());
    response = made;
    return made.status().code() != HttpResponseStatus.OK.code();
  }

  @Override
  public Object finish(ByteBufAllocator allocator) {
    FullHttpResponse made = Objects.requireNonNull(response);
    response = null;
    return made;
  }

  @Override
  public Pieces finishLarge() {
    FullHttpResponse made = Objects.requireNonNull(response);
    response = null;
    var head = new DefaultHttpResponse(made.protocolVersion(), made.status(), made.headers());
    byte[] body = made.content().array();
    return new Pieces(
        head,
        body,
        made.content().readableBytes(),
        DefaultHttpContent::new,
        LastHttpContent.EMPTY_LAST_CONTENT);
  }
}
