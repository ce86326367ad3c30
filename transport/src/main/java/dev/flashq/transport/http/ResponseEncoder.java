package dev.flashq.transport.http;

import dev.flashq.statemachine.Payload;
import dev.flashq.transport.connection.Encoder;
import dev.flashq.transport.connection.Exchange;
import dev.flashq.transport.connection.Pieces;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
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
  private boolean beginsLarge;
  private Responses.@Nullable Large large;

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
    beginsLarge = false;
  }

  @Override
  public void beginLarge() {
    beginsLarge = true;
  }

  @Override
  public boolean full() {
    return response != null;
  }

  @Override
  public boolean add(Exchange exchange) {
    if (beginsLarge) {
      large = responses.large(exchange.reqId(), exchange.shape(), exchange.outcome());
      return done(large.head());
    }
    FullHttpResponse made = responses.of(exchange.reqId(), exchange.shape(), exchange.outcome());
    response = made;
    return done(made);
  }

  /** True when it is an error. */
  private boolean done(HttpResponse head) {
    HttpUtil.setKeepAlive(head, keepsAlive.getAsBoolean());
    return head.status().code() != HttpResponseStatus.OK.code();
  }

  @Override
  public Object finish(ByteBufAllocator allocator) {
    FullHttpResponse made = Objects.requireNonNull(response);
    response = null;
    return made;
  }

  @Override
  public Pieces finishLarge() {
    Responses.Large made = Objects.requireNonNull(large);
    large = null;
    return new Pieces(
        made.head(), made.body(), DefaultHttpContent::new, LastHttpContent.EMPTY_LAST_CONTENT);
  }
}
