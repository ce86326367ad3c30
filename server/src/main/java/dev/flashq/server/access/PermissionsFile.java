package dev.flashq.server.access;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.security.TokenHash;
import dev.flashq.server.config.ConfigException;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the file of tokens with permissions: an array of {@code {token, queues, operations}}, and a
 * {@code name} if it is wanted. Of entries with one token the first counts.
 */
final class PermissionsFile {
  private static final int TOKEN_LENGTH = 512;

  private final ValueReader in = new JsonReader();

  List<ConfiguredToken> read(byte[] bytes) {
    try {
      in.open(bytes, 0, bytes.length);
      var tokens = new ArrayList<ConfiguredToken>();
      in.beginArray();
      while (in.nextItem()) {
        expect(tokens.size() < Limits.LISTED_TOKENS, "at most " + Limits.LISTED_TOKENS + " tokens");
        tokens.add(entry());
      }
      in.finish();
      return tokens;
    } catch (WireException e) {
      throw new ConfigException("no JSON array of permissions: " + e.sentence());
    } catch (InvalidValueException e) {
      throw new ConfigException(e.sentence());
    }
  }

  private ConfiguredToken entry() {
    @Nullable String name = null;
    @Nullable String token = null;
    List<String> queues = List.of();
    List<String> words = List.of();
    in.beginMap();
    for (String key = in.nextKeyText(); key != null; key = in.nextKeyText()) {
      switch (key) {
        case "name" -> name = in.string();
        case "token" -> token = in.string();
        case "queues" -> queues = texts();
        case "operations" -> words = texts();
        // Whatever else stands there may be a token.
        default ->
            throw new ConfigException(
                "a permission has no fields but name, token, queues and operations");
      }
    }
    expect(
        token != null && !token.isEmpty() && token.length() <= TOKEN_LENGTH,
        "an entry has a token of 1 to " + TOKEN_LENGTH + " characters");
    expect(
        name == null
            || (name.matches("[A-Za-z0-9_.-]{1," + Limits.ACCESS_NAME + "}")
                && !Principal.isReserved(name)),
        "a name has 1 to " + Limits.ACCESS_NAME + " letters, digits, '_', '.' or '-'");
    expect(!queues.isEmpty() && !words.isEmpty(), "an entry has queues and operations");
    return new ConfiguredToken(
        name, TokenHash.digest(String.valueOf(token)), List.of(permission(queues, words)));
  }

  private static Permission permission(List<String> queues, List<String> words) {
    var operations = new ArrayList<Operation>();
    for (String word : words) {
      if (!word.equals("*")) {
        Operation operation = Operation.of(word);
        expect(operation != null, "there is no operation '" + word + "'");
        operations.add(operation);
      }
    }
    return new Permission(queues, operations, words.contains("*"));
  }

  private List<String> texts() {
    var texts = new ArrayList<String>();
    in.beginArray();
    while (in.nextItem()) {
      expect(texts.size() < Limits.RULES, "at most " + Limits.RULES + " entries in a list");
      texts.add(in.string());
    }
    return texts;
  }

  private static void expect(boolean holds, String expected) {
    if (!holds) {
      throw new ConfigException(expected);
    }
  }
}
