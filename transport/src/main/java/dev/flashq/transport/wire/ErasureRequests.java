package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.MessagePackReader;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what is to be done for a request about erasures. */
final class ErasureRequests {
  private ErasureRequests() {}

  static Plan plan(Cmd cmd, Request r) {
    return switch (cmd) {
      case ERASE -> {
        Shape<Reply.Begun> shape = ErasureShapes::begun;
        yield Requests.submit(r, new Command.BeginErasure(erasure(r)), shape);
      }
      case ERASESTATUS -> status(r.id == null ? null : r.id.value());
      case ERASECANCEL -> Requests.done(r, new Command.CancelErasure(r.id().value()));
      default -> throw new IllegalArgumentException("not about erasures: " + cmd);
    };
  }

  private static Plan status(@Nullable Long number) {
    if (number == null) {
      return Requests.ask(
          new Query.ListErasures(Long.MAX_VALUE, Limits.ERASURES), ErasureShapes::list);
    }
    return Requests.ask(
        new Query.ListErasures(number + 1, 1),
        (found, answer) -> {
          if (found.erasures().isEmpty() || found.erasures().getFirst().number() != number) {
            answer.refuse(Reason.NO_ERASURE.refuses(number));
          } else {
            ErasureShapes.one(found.erasures().getFirst(), answer);
          }
        });
  }

  private static Erasure.Request erasure(Request r) {
    var edits = new ArrayList<Erasure.Edit>();
    if (r.set != null) {
      edits.addAll(r.set);
    }
    if (r.delete != null) {
      r.delete.forEach(path -> edits.add(new Erasure.Edit(path, null)));
    }
    return new Erasure.Request(
        Request.present(r.field, Field.FIELD),
        DataRuleRequests.json(Request.present(r.equalTo, Field.EQUALS)),
        edits,
        r.queues == null ? List.of("*") : r.queues,
        r.states == null ? List.of() : r.states.stream().map(ErasureRequests::state).toList(),
        r.dryRun);
  }

  private static JobState state(String text) {
    JobState state = States.filter(text);
    if (state == null) {
      throw new InvalidValueException(
          INVALID_REQUEST,
          "states are waiting, delayed, active, completed, failed and waiting-children");
    }
    return state;
  }

  /** {@code {"email":"[REDACTED]","user.name":null}}: paths and what comes there. */
  static List<Erasure.Edit> edits(ValueReader in, Encoding encoding) {
    var edits = new ArrayList<Erasure.Edit>();
    in.beginMap();
    for (String path = name(in); path != null; path = name(in)) {
      require(
          edits.size() < Limits.ERASURE_EDITS,
          INVALID_REQUEST,
          "an erasure sets or deletes 1 to " + Limits.ERASURE_EDITS + " fields");
      edits.add(new Erasure.Edit(path, DataRuleRequests.json(Values.payload(in, encoding))));
    }
    return edits;
  }

  private static @Nullable String name(ValueReader in) {
    if (in instanceof MessagePackReader pack) {
      if (!pack.nextItem()) {
        return null;
      }
      require(pack.kind() == Kind.STRING, INVALID_REQUEST, "set names fields by texts");
      return pack.string();
    }
    return in.nextKeyText();
  }
}
