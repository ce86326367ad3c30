package dev.flashq.content;

/**
 * What is wrong with data first. Neither part repeats a value of the data.
 *
 * @param path JSON pointer of the place; empty: the whole
 * @param demand what has to be there, as the rest of a sentence
 */
public record Violation(String path, String demand) {
  /** Both as one text, such as {@code /to must be an email}. */
  public String text() {
    return path.isEmpty() ? demand : path + " " + demand;
  }
}
