package dev.flashq.content;

/** A text is no schema, or one that cannot be kept to. The message is a sentence for people. */
public final class InvalidSchemaException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidSchemaException(String sentence) {
    super(sentence);
  }
}
