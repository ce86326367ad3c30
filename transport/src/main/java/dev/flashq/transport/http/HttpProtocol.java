package dev.flashq.transport.http;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.FRAME_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.Partial;
import dev.flashq.transport.TokenCheck.Login;
import dev.flashq.transport.connection.Connection;
import dev.flashq.transport.connection.Encoder;
import dev.flashq.transport.connection.Exchange;
import dev.flashq.transport.connection.Protocol;
import dev.flashq.transport.connection.TransportContext;
import dev.flashq.transport.http.Routes.Target;
import dev.flashq.transport.wire.Encoding;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Request;
import dev.flashq.transport.wire.RequestReader;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * HTTP on one connection: one request at a time, checked by its headers before its body is kept.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty reports failures of the channel by closing it.
final class HttpProtocol implements Protocol {
  static final Refused BUSY = new Refused(LIMIT_EXCEEDED, "Too many requests at once, retry later");
  private static final Refused CROWDED =
      new Refused(LIMIT_EXCEEDED, "Too many connections, retry later");
  private static final Refused NOT_FROM_THERE =
      new Refused(FORBIDDEN, "This address may not use this port");
  private static final Refused TOO_LARGE = new Refused(FRAME_TOO_LARGE, "Message too large");
  private static final Refused LOGIN =
      new Refused(UNAUTHENTICATED, "Invalid or missing authentication token");
  private static final String FORWARDED_FOR = "X-Forwarded-For";
  private static final byte[] EMPTY_OBJECT = "{}".getBytes(US_ASCII);

  private final Connection connection;
  private final TransportContext context;
  private final OpsPages ops;

  /** Whether nothing is served but what nobody needs a token for. */
  private final boolean pagesOnly;

  private final Encoder encoder;
  private final RequestReader reader = new RequestReader(Encoding.JSON);
  private final Partial body;

  /** Parts of requests that were sent ahead: never more than one read of the socket holds. */
  private final Queue<HttpObject> inbox = new ArrayDeque<>();

  /** Set between a request's head and the end of its body; null while the body is of no use. */
  private @Nullable Head head;

  /** A complete request that waits for room in the budget of commands, with its body. */
  private @Nullable Head parked;

  /** Set while it is found out who makes the latest request. */
  private boolean asked;

  /** Bytes of the body if they are known, otherwise the most they may be. */
  private int bodyEnd;

  private boolean keepAlive = true;

  /** Whether the latest request was the client's last. */
  private boolean last;

  private long requests;

  HttpProtocol(Connection connection, Responses responses, OpsPages ops, boolean pagesOnly) {
    this.connection = connection;
    this.context = connection.context();
    this.ops = ops;
    this.pagesOnly = pagesOnly;
    this.encoder = new ResponseEncoder(responses, () -> connection.open() && !last);
    this.body = new Partial(context.assembly);
  }

  @Override
  public void read(Object message) {
    inbox.add((HttpObject) message);
  }

  @Override
  public boolean next() {
    if (last || !connection.idle()) {
      return false;
    }
    if (parked != null) {
      return handle(parked);
    }
    HttpObject part = connection.open() || receiving() ? inbox.poll() : null;
    if (part == null) {
      return false;
    }
    try {
      take(part);
    } finally {
      ReferenceCountUtil.release(part);
    }
    return true;
  }

  private void take(HttpObject part) {
    if (part.decoderResult().isFailure()) {
      keepAlive = false;
      answer(HttpError.NOT_HTTP);
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
    context.stats.requests.increment();
    // No path takes HEAD; the error's body would be taken for the next answer if there were one.
    // Nor does anybody know whether a body follows that was announced with a question and refused.
    keepAlive =
        HttpUtil.isKeepAlive(request)
            && !request.method().equals(HttpMethod.HEAD)
            && !HttpUtil.is100ContinueExpected(request);
    if (connection.forwards() && !connection.admits(request.headers().getAll(FORWARDED_FOR))) {
      keepAlive = false;
      answer(NOT_FROM_THERE);
      return;
    }
    Target target = Routes.find(request.method(), request.uri());
    if (connection.surplus()) {
      keepAlive = false;
      if (!(target instanceof Target.ToOps(String path) && Routes.HEALTH.contains(path))) {
        answer(CROWDED);
        return;
      }
    }
    if (target instanceof Target.ToOps(String path) && Routes.OPEN.contains(path)) {
      askOps(path, Principal.ANONYMOUS);
      return;
    }
    if (pagesOnly) {
      answer(HttpError.NOTHING_HERE);
      return;
    }
    String authorization = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    asked = true;
    connection
        .identity()
        .bearer(
            authorization,
            login -> {
              if (asked) {
                asked = false;
                begin(request, target, authorization, login);
              }
            });
  }

  private void begin(HttpRequest request, Target target, String authorization, Login login) {
    if (!(login instanceof Login.Known(Principal principal))) {
      forgetBody();
      connection.identity().refuseBearer(begin(), login, authorization, LOGIN);
      return;
    }
    Refused refusal = connection.identity().enter(principal);
    if (refusal != null) {
      answer(refusal);
      return;
    }
    switch (target) {
      case Target.ToHandler handler -> expectBody(request, handler, principal);
      case Target.ToOps(String path) -> askOps(path, principal);
      case Target.NoSuchPath _ -> answer(HttpError.NOTHING_HERE);
      case Target.WrongMethod(String allowed) -> answer(HttpError.wrongMethod(allowed));
    }
  }

  private void askOps(String path, Principal principal) {
    ops.ask(path, principal, begin());
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
      connection.channel().writeAndFlush(Responses.goOn());
    }
  }

  private void tooLarge() {
    keepAlive = false;
    answer(TOO_LARGE);
  }

  private void content(Head request, HttpContent content) {
    ByteBuf bytes = content.content();
    context.stats.bytesIn.add(bytes.readableBytes());
    long total = (long) body.size() + bytes.readableBytes();
    if (total > bodyEnd) {
      tooLarge();
    } else if (!body.mayGrowTo((int) total, bodyEnd)) {
      answer(BUSY);
    } else {
      body.append(bytes, bytes.readableBytes(), bodyEnd);
      if (content instanceof LastHttpContent) {
        handle(request);
      } else {
        connection.limitArrival(requests);
      }
    }
  }

  /** False: it will be tried again when there is room. */
  private boolean handle(Head request) {
    int length = body.size();
    head = null;
    if (!connection.admission().admit(length)) {
      parked = request;
      return false;
    }
    byte[] bytes = body.take();
    forgetBody();
    Request parsed = length == 0 ? reader.read(EMPTY_OBJECT, 0, 2) : reader.read(bytes, 0, length);
    last = !keepAlive;
    Exchange exchange =
        connection.exchanges().begin(parsed.reqId(), request.principal(), length, true);
    Plan plan = request.plan(parsed);
    reader.forget();
    connection.exchanges().start(exchange, plan);
    return true;
  }

  /** Answers without the gateway; what may follow of the request is of no use. */
  private void answer(Object outcome) {
    forgetBody();
    begin().complete(outcome);
  }

  /** A request that does not go to the gateway. */
  private Exchange begin() {
    last = !keepAlive;
    return connection.exchanges().begin(null, Principal.ANONYMOUS, 0, false);
  }

  @Override
  public void refuse(Refused refusal, byte first) {
    keepAlive = false;
    answer(refusal);
  }

  private void forgetBody() {
    head = null;
    parked = null;
    body.release();
  }

  @Override
  public boolean hungry() {
    return inbox.isEmpty() && parked == null;
  }

  @Override
  public void drop() {
    asked = false;
    forgetBody();
    inbox.forEach(ReferenceCountUtil::release);
    inbox.clear();
  }

  @Override
  public boolean last() {
    return last;
  }

  @Override
  public boolean receiving() {
    return asked || head != null || parked != null;
  }

  @Override
  public long arriving() {
    return head == null ? -1 : requests;
  }

  @Override
  public boolean tellsHealth() {
    return true;
  }

  @Override
  public boolean authenticatesOnce() {
    return false;
  }

  @Override
  public Refused busy() {
    return BUSY;
  }

  @Override
  public Encoder encoder() {
    return encoder;
  }
}
