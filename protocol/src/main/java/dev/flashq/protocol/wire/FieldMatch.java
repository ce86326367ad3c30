package dev.flashq.protocol.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;

import dev.flashq.protocol.InvalidValueException;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a value stands at a path, in data of either encoding. Of repeated names each
 * counts.
 */
public final class FieldMatch {
  /** Digits of numbers that are compared by what they mean; longer ones by how they are written. */
  private static final int DIGITS = 64;

  private final List<String> steps;
  private final Kind kind;
  private final String wanted;

  /**
   * @param json a text, a number, true, false or null; fails with an InvalidValueException when it
   *     is something else
   */
  public FieldMatch(FieldPath path, byte[] json) {
    var in = new JsonReader();
    in.open(json, 0, json.length);
    this.steps = path.steps();
    this.kind = in.kind();
    if (kind == Kind.MAP || kind == Kind.ARRAY) {
      throw new InvalidValueException(
          INVALID_REQUEST, "equals is a text, a number, true, false or null");
    }
    this.wanted = scalar(in, kind);
    in.finish();
  }

  private static String scalar(JsonReader in, Kind kind) {
    return switch (kind) {
      case STRING -> in.string();
      case NUMBER -> in.numberText();
      case BOOLEAN -> Boolean.toString(in.bool());
      case NULL, BINARY, EXTENSION, ARRAY, MAP -> {
        in.skip();
        yield "";
      }
    };
  }

  /** Fails with a {@link WireException} when it cannot be read. */
  public boolean isIn(byte[] data, boolean messagePack) {
    ValueReader in = messagePack ? new MessagePackReader() : new JsonReader();
    in.open(data, 0, data.length);
    return find(in, 0);
  }

  /** Passes over the next value. */
  private boolean find(ValueReader in, int step) {
    Kind next = in.kind();
    if (step == steps.size()) {
      return next == kind ? isWanted(in) : skip(in);
    }
    boolean found = false;
    switch (next) {
      case MAP -> {
        in.beginMap();
        for (String name = Names.next(in); name != null; name = Names.next(in)) {
          found |= name.equals(steps.get(step)) ? find(in, step + 1) : skip(in);
        }
      }
      case ARRAY -> {
        in.beginArray();
        for (int item = 0; in.nextItem(); item++) {
          found |= FieldPath.means(steps.get(step), item) ? find(in, step + 1) : skip(in);
        }
      }
      case NULL, BOOLEAN, NUMBER, STRING, BINARY, EXTENSION -> in.skip();
    }
    return found;
  }

  private static boolean skip(ValueReader in) {
    in.skip();
    return false;
  }

  private boolean isWanted(ValueReader in) {
    return switch (kind) {
      case STRING -> in.string().equals(wanted);
      case NUMBER -> isNumber(Names.number(in));
      case BOOLEAN -> Boolean.toString(in.bool()).equals(wanted);
      case NULL -> {
        in.nil();
        yield true;
      }
      case BINARY, EXTENSION, ARRAY, MAP -> skip(in);
    };
  }

  private boolean isNumber(String text) {
    if (text.equals(wanted)) {
      return true;
    }
    if (text.length() > DIGITS || wanted.length() > DIGITS) {
      return false;
    }
    try {
      return new BigDecimal(text).compareTo(new BigDecimal(wanted)) == 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** What readers of the two encodings call differently. */
  static final class Names {
    private Names() {}

    /** The next name of the map, as JSON would have it; null at its end. */
    static @Nullable String next(ValueReader in) {
      return switch (in) {
        case JsonReader json -> json.nextKeyText();
        case MessagePackReader pack -> pack.nextItem() ? name(pack) : null;
      };
    }

    static String name(MessagePackReader in) {
      return in.kind() == Kind.STRING ? in.string() : Walk.json(in);
    }

    static String number(ValueReader in) {
      return switch (in) {
        case JsonReader json -> json.numberText();
        case MessagePackReader pack -> Walk.json(pack);
      };
    }
  }
}
