package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.RULES;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import java.util.ArrayList;
import java.util.List;

/** Reads the fields of requests that say what is recorded. */
final class AuditFields {
  private static final String EVERY = "*";

  private AuditFields() {}

  static AuditAction action(String word) {
    AuditAction action = AuditAction.of(word);
    if (action == null) {
      throw new InvalidValueException(INVALID_REQUEST, "nothing is recorded as '" + word + "'");
    }
    return action;
  }

  static List<AuditPolicy.Rule> rules(ValueReader in) {
    var rules = new ArrayList<AuditPolicy.Rule>();
    in.beginArray();
    while (in.nextItem()) {
      require(rules.size() < RULES, INVALID_REQUEST, "at most " + RULES + " rules");
      rules.add(rule(in));
    }
    return rules;
  }

  private static AuditPolicy.Rule rule(ValueReader in) {
    List<String> words = List.of();
    List<String> queues = List.of(EVERY);
    AuditPolicy.Scope scope = AuditPolicy.Scope.ALL;
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      switch (Field.at(name)) {
        case Field.ACTIONS -> words = AccessFields.texts(in);
        case Field.QUEUES -> queues = AccessFields.texts(in);
        case Field.RECORD -> scope = scope(in.string());
        default -> in.skip();
      }
    }
    require(!words.isEmpty(), INVALID_REQUEST, "a rule names actions, or '*'");
    return new AuditPolicy.Rule(
        words.stream().filter(word -> !word.equals(EVERY)).map(AuditFields::action).toList(),
        words.contains(EVERY),
        queues,
        scope);
  }

  static AuditPolicy.WhenFull whenFull(String word) {
    return switch (word) {
      case "refuse" -> AuditPolicy.WhenFull.REFUSE;
      case "drop_exported" -> AuditPolicy.WhenFull.DROP_EXPORTED;
      default ->
          throw new InvalidValueException(INVALID_REQUEST, "when_full is refuse or drop_exported");
    };
  }

  private static AuditPolicy.Scope scope(String word) {
    return switch (word) {
      case "all" -> AuditPolicy.Scope.ALL;
      case "refused", "none" -> AuditPolicy.Scope.REFUSED;
      default ->
          throw new InvalidValueException(
              INVALID_REQUEST,
              "record is all, refused or none; what is refused is always recorded");
    };
  }
}
