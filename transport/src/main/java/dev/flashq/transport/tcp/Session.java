package dev.flashq.transport.tcp;

import static dev.flashq.protocol.ErrorCode.FRAME_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;

import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.connection.Connection;
import dev.flashq.transport.connection.Exchange;
import dev.flashq.transport.connection.Exchanges;
import dev.flashq.transport.connection.Identity;
import dev.flashq.transport.wire.Cmd;
import dev.flashq.transport.wire.Encoding;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Request;
import dev.flashq.transport.wire.RequestReader;
import dev.flashq.transport.wire.Requests;

/** One connection's conversation: a request in each frame, few of them before the token. */
final class Session {
  private static final Refused LOGIN = new Refused(UNAUTHENTICATED, "Authentication required");
  private static final Refused TOO_LARGE = new Refused(FRAME_TOO_LARGE, "Message too large");
  private static final Refused STOPPING =
      new Refused(SERVICE_UNAVAILABLE, "Service unavailable: this node is stopping, retry later");

  private final Connection connection;
  private final Identity identity;
  private final RequestReader reader;

  Session(Connection connection, Encoding encoding) {
    this.connection = connection;
    this.identity = connection.identity();
    this.reader = new RequestReader(encoding);
  }

  /** Starts the request in the bytes, which have been admitted. */
  void handle(byte[] bytes, int length) {
    connection.context().stats.requests.increment();
    Request request = reader.read(bytes, 0, length);
    Exchanges exchanges = connection.exchanges();
    Exchange exchange = exchanges.begin(request.reqId(), identity.principal(), length, true);
    Plan plan = connection.open() ? plan(request) : Requests.refused(STOPPING);
    reader.forget();
    exchanges.start(exchange, plan);
  }

  private Plan plan(Request request) {
    Cmd cmd = request.cmd();
    boolean open = cmd == null || cmd == Cmd.AUTH || cmd == Cmd.PING;
    Refused refusal = open ? null : identity.refusal(LOGIN);
    return refusal == null
        ? Requests.plan(request, request.reqId() == null)
        : Requests.refused(refusal);
  }

  /** Answers something that was not read as a request. */
  void tooLarge() {
    connection.exchanges().begin(null, identity.principal(), 0, false).complete(TOO_LARGE);
  }
}
