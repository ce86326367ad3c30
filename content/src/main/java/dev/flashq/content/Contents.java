package dev.flashq.content;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.Walk;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks through data for names that it must not have, card numbers, and too many values. */
final class Contents implements Walk.Visitor {
  private static final double GREATEST = 1e19;

  /** Characters of a number. */
  private static final int LONG = 1000;

  /** Characters of a text that may be a number with an exponent. */
  private static final int NUMBER = 64;

  private static final Pattern EXPONENT = Pattern.compile("[-+]?[0-9.]+[eE][-+]?[0-9]{1,3}");
  private static final Violation TOO_MANY =
      new Violation("", "must have at most " + JsonSchema.VALUES + " values");

  private final Set<String> forbidden;
  private final boolean cards;
  private final int values;
  private final Deque<String> path = new ArrayDeque<>();
  private int seen;
  private @Nullable Violation first;

  /**
   * @param forbidden names in small letters
   * @param values that there may be
   */
  Contents(Set<String> forbidden, boolean cards, int values) {
    this.forbidden = forbidden;
    this.cards = cards;
    this.values = values;
  }

  /** What is wrong first; null: nothing. */
  @Nullable Violation violation() {
    return first;
  }

  private void wrong(String demand) {
    if (first == null) {
      first = new Violation(pointer(), demand);
    }
  }

  private String pointer() {
    var text = new StringBuilder();
    int segments = 0;
    for (var names = path.descendingIterator();
        names.hasNext() && !PointerText.isFull(segments); ) {
      text.append(PointerText.segment(names.next()));
      segments++;
    }
    return text.toString();
  }

  private void count() {
    if (++seen > values && first == null) {
      first = TOO_MANY;
    }
  }

  @Override
  public void openMap() {
    count();
    path.push("");
  }

  @Override
  public void name(String name) {
    count();
    path.pop();
    path.push(name);
    if (first == null && forbidden.contains(name.toLowerCase(Locale.ROOT))) {
      wrong("is a field that must not be there");
    }
    if (first == null && cards && isCard(name)) {
      path.pop();
      path.push("*");
      wrong("looks like a card number");
    }
  }

  @Override
  public void openArray() {
    count();
    path.push("");
  }

  @Override
  public void item(int index) {
    path.pop();
    path.push(Integer.toString(index));
  }

  @Override
  public void close() {
    path.pop();
  }

  @Override
  public void text(String text) {
    count();
    if (first == null && cards && isCard(text)) {
      wrong("looks like a card number");
    }
  }

  @Override
  public void number(String text) {
    count();
    if (first == null && cards && text.length() > LONG) {
      wrong("must not be a number of more than " + LONG + " characters");
    } else if (first == null && cards && CardNumbers.isIn(whole(text))) {
      wrong("looks like a card number");
    }
  }

  private static boolean isCard(String text) {
    return CardNumbers.isIn(text)
        || (text.length() <= NUMBER
            && EXPONENT.matcher(text).matches()
            && CardNumbers.isIn(whole(text)));
  }

  /** The digits of a number in front of its point; nothing when there are too many. */
  private static String whole(String text) {
    try {
      double size = Math.abs(Double.parseDouble(text));
      return size >= GREATEST || size < 1e12
          ? ""
          : new BigDecimal(text).abs().toBigInteger().toString();
    } catch (NumberFormatException e) {
      // A text that is only like one.
      return "";
    }
  }

  @Override
  public void bytes(byte[] bytes, int from, int to) {
    count();
    if (first == null
        && cards
        && CardNumbers.isIn(new String(bytes, from, to - from, ISO_8859_1))) {
      wrong("looks like a card number");
    }
  }

  @Override
  public void constant(Kind kind) {
    count();
  }
}
