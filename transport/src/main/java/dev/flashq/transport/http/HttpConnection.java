package dev.flashq.transport.http;

import static dev.flashq.protocol.ErrorCode.FRAME_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.INTERNAL_ERROR;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.ErrorCode.INVALID_TOKEN;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;
import static dev.flashq.protocol.ErrorCode.UNKNOWN_COMMAND;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.Budget;
import dev.flashq.transport.Partial;
import dev.flashq.transport.http.Routes.Target;
import dev.flashq.transport.wire.Encoding;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Request;
import dev.flashq.transport.wire.RequestReader;
import dev.flashq.transport.wire.Requests;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP connection: one request at a time, checked by its headers before its body is kept.
 * Everything runs on the channel's event loop. Reading is by demand, so what a client sends ahead
 * stays in the socket.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty reports failures of the channel by closing it.
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
  private static final Refused LOCATE =
      new Refused(UNKNOWN_COMMAND, "GET /cluster tells which node leads");
  private static final Refused BUSY =
      new Refused(LIMIT_EXCEEDED, "Too many requests at once, retry later");
  private static final byte[] EMPTY_OBJECT = "{}".getBytes(US_ASCII);

  /** The head of a request whose body is on its way. */
  private record Head(Target.ToHandler target, Principal principal, @Nullable String key) {}

  private final HttpContext context;
  private final SocketChannel channel;
  private final Responses responses;
  private final RequestReader reader = new RequestReader(Encoding.JSON);
  private final Partial body;

  /** Parts of requests that were sent ahead: never more than one read of the socket holds. */
  private final Queue<HttpObject> inbox = new ArrayDeque<>();

  /** Set between a request's head and the end of its body; null while the body is of no use. */
  private @Nullable Head head;

  /** Bytes of the body if they are known, otherwise the most they may be. */
  private int bodyEnd;

  /** Set while the gateway works. */
  private @Nullable HttpExchange exchange;

  private boolean busy;
  private boolean working;
  private boolean keepAlive = true;
  private boolean stopping;
  private boolean ending;
  private boolean inputEnded;
  private long requests;

  /** The request for whose body the clock was last started. */
  private long timedRequest = -1;

  HttpConnection(HttpContext context, SocketChannel channel, Responses responses) {
    this.context = context;
    this.channel = channel;
    this.responses = responses;
    this.body = new Partial(context.assembly());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context.stats().connectionsTotal.increment();
    context.stats().connectionsOpen.increment();
    context.connections().add(this);
    if (context.connections().size() > context.limits().connections()) {
      end();
    }
    ctx.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (ending) {
      ReferenceCountUtil.release(message);
      return;
    }
    inbox.add((HttpObject) message);
    work();
  }

  /** While a request is worked on, one more read shows whether the client is still there. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (ending || inbox.isEmpty()) {
      ctx.read();
    }
  }

  /**
   * Called again from inside by every answer that needs no waiting; the outermost call does the
   * work.
   */
  private void work() {
    if (working) {
      return;
    }
    working = true;
    try {
      for (HttpObject part = next(); part != null; part = next()) {
        takeAndRelease(part);
      }
    } finally {
      working = false;
    }
  }

  private @Nullable HttpObject next() {
    return busy || ending ? null : inbox.poll();
  }

  private void takeAndRelease(HttpObject part) {
    try {
      take(part);
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void take(HttpObject part) {
    if (part.decoderResult().isFailure()) {
      keepAlive = false;
      respond(
          responses.of(
              HttpResponseStatus.BAD_REQUEST, INVALID_REQUEST, "This is not an HTTP request"));
      return;
    }
    if (part instanceof HttpRequest request) {
      begin(request);
    }
    if (part instanceof HttpContent content && head != null) {
      content(head, content);
    }
  }

  private void begin(HttpRequest request) {
    requests++;
    context.stats().requests.increment();
    // No path takes HEAD; the error's body would be taken for the next answer if there were one.
    // Nor does anybody know whether a body follows that was announced with a question and refused.
    keepAlive =
        HttpUtil.isKeepAlive(request)
            && !request.method().equals(HttpMethod.HEAD)
            && !HttpUtil.is100ContinueExpected(request);
    head = null;
    Target target = target(request);
    Optional<Principal> principal =
        context.principal(request.headers().get(HttpHeaderNames.AUTHORIZATION, ""));
    boolean open = target instanceof Target.ToOps(String path) && Routes.OPEN.contains(path);
    if (principal.isEmpty() && !open) {
      context.stats().authenticationFailures.increment();
      respond(
          responses.of(new Refused(UNAUTHENTICATED, "Invalid or missing authentication token")));
      return;
    }
    switch (target) {
      case Target.ToHandler handler ->
          expectBody(request, handler, principal.orElse(Principal.ANONYMOUS));
      case Target.ToOps(String path) -> askOps(path);
      case Target.NoSuchPath _ -> respond(nothingHere());
      case Target.WrongMethod(String allowed) -> {
        FullHttpResponse response =
            responses.of(
                HttpResponseStatus.METHOD_NOT_ALLOWED,
                INVALID_REQUEST,
                "This path takes " + allowed);
        response.headers().set(HttpHeaderNames.ALLOW, allowed);
        respond(response);
      }
    }
  }

  private static Target target(HttpRequest request) {
    try {
      return Routes.find(request.method(), request.uri());
    } catch (IllegalArgumentException e) {
      return new Target.NoSuchPath();
    }
  }

  private void expectBody(HttpRequest request, Target.ToHandler target, Principal principal) {
    long length = HttpUtil.getContentLength(request, Limits.FRAME_BYTES);
    if (length > Limits.FRAME_BYTES) {
      tooLarge();
      return;
    }
    bodyEnd = (int) length;
    head = new Head(target, principal, request.headers().get("Idempotency-Key"));
    if (HttpUtil.is100ContinueExpected(request)) {
      keepAlive = HttpUtil.isKeepAlive(request);
      channel.writeAndFlush(Responses.goOn());
    }
  }

  /** The body has begun and not ended: that must not last for ever. */
  private void limitTime() {
    if (timedRequest != requests) {
      long number = requests;
      timedRequest = number;
      channel
          .eventLoop()
          .schedule(() -> endIfStillReading(number), Limits.FRAME_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void endIfStillReading(long number) {
    if (head != null && !busy && requests == number) {
      end();
    }
  }

  private void tooLarge() {
    head = null;
    keepAlive = false;
    body.release();
    respond(responses.of(new Refused(FRAME_TOO_LARGE, "Message too large")));
  }

  private void content(Head request, HttpContent content) {
    ByteBuf bytes = content.content();
    context.stats().bytesIn.add(bytes.readableBytes());
    long total = (long) body.size() + bytes.readableBytes();
    if (total > bodyEnd) {
      tooLarge();
    } else if (!body.mayGrowTo((int) total, bodyEnd)) {
      head = null;
      body.release();
      respond(responses.of(BUSY));
    } else {
      body.append(bytes, bytes.readableBytes(), bodyEnd);
      if (content instanceof LastHttpContent) {
        handle(request);
      } else {
        limitTime();
      }
    }
  }

  private void handle(Head request) {
    head = null;
    int length = body.size();
    byte[] bytes = body.take();
    Request parsed = length == 0 ? reader.read(EMPTY_OBJECT, 0, 2) : reader.read(bytes, 0, length);
    parsed.idempotencyKey(request.key());
    byte[] reqId = parsed.reqId() == null ? new byte[0] : parsed.reqId();
    Plan plan = plan(request, parsed);
    reader.forget();
    start(plan, request.principal(), reqId, length);
  }

  private static Plan plan(Head request, Request parsed) {
    Target.ToHandler target = request.target();
    try {
      return target.handler().plan(new Routes.Call(target.parts(), target.query(), parsed));
    } catch (InvalidValueException e) {
      return Requests.refused(new Refused(e.code(), e.sentence()));
    }
  }

  private void start(Plan plan, Principal principal, byte[] reqId, int length) {
    switch (plan) {
      case Plan.Known known -> respond(responses.of(reqId, known.shape(), known.outcome()));
      case Plan.Authenticate(String token) ->
          respond(responses.of(reqId, plan.shape(), login(token)));
      case Plan.Locate _ -> respond(responses.of(reqId, Plan.DONE, LOCATE));
      case Plan.Submit _, Plan.Ask<?> _, Plan.Run<?> _ -> {
        Budget budget = plan.waits() ? context.waits() : context.commands();
        if (!budget.tryTake(length)) {
          respond(responses.of(reqId, Plan.DONE, BUSY));
          return;
        }
        busy = true;
        exchange = new HttpExchange(this, context, principal, plan, reqId, budget, length);
        exchange.start();
      }
    }
  }

  private Object login(String token) {
    return context.tokens().open() || context.tokens().check(token).isPresent()
        ? Reply.Done.DONE
        : new Refused(INVALID_TOKEN, "Invalid token");
  }

  /** Called by any thread. */
  void completeLater(HttpExchange done, Object outcome) {
    channel.eventLoop().execute(() -> complete(done, outcome));
  }

  private void complete(HttpExchange done, Object outcome) {
    exchange = null;
    Object fitting = done.fitting(outcome, channel.isActive() && !inputEnded);
    busy = false;
    FullHttpResponse response = responses.of(done.reqId, done.shape(), fitting);
    HttpUtil.setKeepAlive(response, keepAlive);
    boolean refused = response.status().code() != HttpResponseStatus.OK.code();
    channel
        .writeAndFlush(response)
        .addListener(
            written -> {
              if (refused || !written.isSuccess()) {
                done.notDelivered(fitting);
              }
            });
    goOn();
  }

  /** The server's own figures may take long or block. */
  private void askOps(String path) {
    busy = true;
    try {
      context.opsThreads().execute(() -> answerOps(path));
    } catch (RejectedExecutionException e) {
      busy = false;
      respond(responses.of(BUSY));
    }
  }

  private void answerOps(String path) {
    try {
      Optional<HttpAnswer> answer = context.ops().get(path);
      respondLater(() -> answer.map(responses::of).orElseGet(this::nothingHere));
    } catch (RuntimeException e) {
      LOG.error("{} failed", path, e);
      respondLater(() -> responses.of(new Refused(INTERNAL_ERROR, "Internal error")));
    }
  }

  private void respondLater(Supplier<FullHttpResponse> response) {
    channel
        .eventLoop()
        .execute(
            () -> {
              busy = false;
              respond(response.get());
            });
  }

  private FullHttpResponse nothingHere() {
    return responses.of(
        HttpResponseStatus.NOT_FOUND, INVALID_REQUEST, "There is nothing at this path");
  }

  private void respond(FullHttpResponse response) {
    HttpUtil.setKeepAlive(response, keepAlive);
    channel.writeAndFlush(response);
    goOn();
  }

  private void goOn() {
    if (!keepAlive || stopping) {
      end();
    } else {
      work();
      if (inbox.isEmpty()) {
        channel.read();
      }
    }
  }

  /** Called by any thread: the server stops. */
  void stopLater() {
    channel.eventLoop().execute(this::stop);
  }

  private void stop() {
    stopping = true;
    keepAlive = false;
    if (exchange != null) {
      exchange.endWait();
    } else if (!busy && head == null) {
      end();
    }
  }

  /**
   * Sends nothing more; what the client still sends is read and dropped, so that it is not reset.
   */
  private void end() {
    if (ending) {
      return;
    }
    ending = true;
    head = null;
    body.release();
    inbox.forEach(ReferenceCountUtil::release);
    inbox.clear();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> sayGoodbye());
  }

  private void sayGoodbye() {
    if (inputEnded || !channel.isActive()) {
      channel.close();
    } else {
      channel.shutdownOutput();
      channel.eventLoop().schedule(() -> channel.close(), Limits.LINGER_MS, TimeUnit.MILLISECONDS);
      channel.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      keepAlive = false;
      if (exchange != null) {
        exchange.endWait();
      }
      if (ending) {
        channel.close();
      } else if (!busy) {
        end();
      }
    } else if (event instanceof IdleStateEvent && !busy) {
      end();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    context.connections().remove(this);
    context.stats().connectionsOpen.decrement();
    ending = true;
    body.release();
    inbox.forEach(ReferenceCountUtil::release);
    inbox.clear();
    if (exchange != null) {
      exchange.endWait();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.error("A connection failed", cause);
    }
    channel.close();
  }
}
