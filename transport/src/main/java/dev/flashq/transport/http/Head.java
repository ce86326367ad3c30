package dev.flashq.transport.http;

import static dev.flashq.protocol.ErrorCode.UNKNOWN_COMMAND;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.http.Routes.Target;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Request;
import dev.flashq.transport.wire.Requests;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request whose body is on its way.
 *
 * @param key names the request for when it is repeated
 */
record Head(Target.ToHandler target, Principal principal, @Nullable String key) {
  private static final Refused LOCATE =
      new Refused(UNKNOWN_COMMAND, "GET /cluster tells which node leads");

  /** What is to be done, now that the body is there. */
  Plan plan(Request body) {
    body.idempotencyKey(key);
    try {
      Plan plan = target.handler().plan(new Routes.Call(target.parts(), target.query(), body));
      return plan instanceof Plan.Locate ? Requests.refused(LOCATE) : plan;
    } catch (InvalidValueException e) {
      return Requests.refused(new Refused(e.code(), e.sentence()));
    }
  }
}
