package dev.flashq.transport.http;

import dev.flashq.transport.connection.Encoder;
import dev.flashq.transport.connection.Exchange;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
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
}
