package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.RULES;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.gateway.Rules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Reads the fields of requests that say who may do what. */
final class AccessFields {
  private static final String EVERY = "*";

  private AccessFields() {}

  static List<String> texts(ValueReader in) {
    var texts = new ArrayList<String>();
    in.beginArray();
    while (in.nextItem()) {
      require(texts.size() < RULES, INVALID_REQUEST, "at most " + RULES + " entries");
      texts.add(in.string());
    }
    return texts;
  }

  static Operations operations(ValueReader in) {
    List<String> words = texts(in);
    return new Operations(
        words.stream().filter(word -> !word.equals(EVERY)).map(AccessFields::operation).toList(),
        words.contains(EVERY));
  }

  static Operation operation(String word) {
    Operation operation = Operation.of(word);
    if (operation == null) {
      String known =
          Arrays.stream(Operation.values()).map(Operation::word).collect(Collectors.joining(", "));
      throw new InvalidValueException(
          INVALID_REQUEST, "an operation is one of " + known + ", or '*'");
    }
    return operation;
  }

  static List<Permission> permissions(ValueReader in) {
    var permissions = new ArrayList<Permission>();
    in.beginArray();
    while (in.nextItem()) {
      require(permissions.size() < RULES, INVALID_REQUEST, "at most " + RULES + " entries");
      permissions.add(permission(in));
    }
    return permissions;
  }

  private static Permission permission(ValueReader in) {
    List<String> queues = List.of();
    Operations operations = new Operations(List.of(), false);
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      switch (Field.at(name)) {
        case Field.QUEUES -> queues = texts(in);
        case Field.OPERATIONS -> operations = operations(in);
        default -> in.skip();
      }
    }
    return permission(queues, operations);
  }

  static List<Quota.Pushes> pushes(ValueReader in) {
    var pushes = new ArrayList<Quota.Pushes>();
    in.beginArray();
    while (in.nextItem()) {
      require(pushes.size() < RULES, INVALID_REQUEST, "at most " + RULES + " entries");
      pushes.add(push(in));
    }
    return pushes;
  }

  private static Quota.Pushes push(ValueReader in) {
    List<String> queues = List.of(EVERY);
    long max = -1;
    long durationMs = 1000;
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      switch (Field.at(name)) {
        case Field.QUEUES -> queues = texts(in);
        case Field.MAX -> max = in.integer();
        case Field.DURATION -> durationMs = in.integer();
        default -> in.skip();
      }
    }
    return new Quota.Pushes(queues, Rules.checked(new RateLimit(max, durationMs)));
  }

  static UseLimits useLimits(ValueReader in) {
    long connections = UseLimits.UNLIMITED;
    long waits = UseLimits.UNLIMITED;
    long bytes = UseLimits.UNLIMITED;
    long queues = UseLimits.UNLIMITED;
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      switch (Field.at(name)) {
        case Field.CONNECTIONS -> connections = limit(in);
        case Field.WAITS -> waits = limit(in);
        case Field.BYTES -> bytes = limit(in);
        case Field.QUEUES -> queues = limit(in);
        default -> in.skip();
      }
    }
    return new UseLimits(connections, waits, bytes, queues);
  }

  private static long limit(ValueReader in) {
    if (in.kind() == Kind.NULL) {
      in.nil();
      return UseLimits.UNLIMITED;
    }
    return in.integer();
  }

  static Permission permission(List<String> queues, Operations operations) {
    require(
        !queues.isEmpty() && (operations.every() || !operations.named().isEmpty()),
        INVALID_REQUEST,
        "a permission names queues and operations");
    return new Permission(queues, operations.named(), operations.every());
  }
}
