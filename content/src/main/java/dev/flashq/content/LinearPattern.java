package dev.flashq.content;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.regex.RegularExpression;

/** A regular expression that takes time in proportion to the text, whatever it says. */
final class LinearPattern implements RegularExpression {
  /** Characters of an expression; repetitions are unfolded. */
  static final int CHARACTERS = 1000;

  private final Pattern pattern;

  /**
   * @throws IllegalArgumentException when it needs what cannot be done in linear time, such as
   *     looking ahead
   */
  LinearPattern(String expression) {
    if (expression.length() > CHARACTERS) {
      throw new IllegalArgumentException("a pattern has at most " + CHARACTERS + " characters");
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
    return pattern.matcher(text).find();
  }
}
