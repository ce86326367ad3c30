package dev.flashq.content;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.regex.RegularExpression;

/** A regular expression that takes time in proportion to the text, whatever it says. */
final class LinearPattern implements RegularExpression {
  /** Characters of an expression; repetitions are unfolded. */
  static final int CHARACTERS = 1000;

  /** Of an expression whose repetitions are unfolded. */
  static final int SIZE = 2000;

  /** Size of an expression times characters of a text. */
  private static final long WORK = 100_000_000;

  private final Pattern pattern;
  private final long size;

  /**
   * @throws IllegalArgumentException when it needs what cannot be done in linear time, such as
   *     looking ahead
   */
  LinearPattern(String expression) {
    if (expression.length() > CHARACTERS) {
      throw new IllegalArgumentException("a pattern has at most " + CHARACTERS + " characters");
    }
    size = PatternSize.of(expression);
    if (size > SIZE) {
      throw new IllegalArgumentException("a pattern repeats too much");
    }
    try {
      pattern = Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "a pattern is not understood, or needs more than linear time: " + e.getDescription());
    }
  }

  @Override
  public boolean matches(String text) {
    if (size * text.length() > WORK) {
      throw new TooMuchWorkException();
    }
    return pattern.matcher(text).find();
  }
}
