package dev.flashq.protocol.wire;

/** Bytes that are not what they should be: the only failure of the readers and writers. */
public final class WireException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private WireException(String sentence) {
    super(sentence, null, false, false);
  }

  /** The bytes break the encoding's rules at the offset. */
  static WireException syntax(String what, int offset) {
    return new WireException(what + " at byte " + offset);
  }

  static WireException truncated() {
    return new WireException("the value ends too early");
  }

  static WireException nesting() {
    return new WireException("nested too deeply");
  }

  /** A well-formed value of the wrong kind or out of range. */
  static WireException expected(String what) {
    return new WireException("expected " + what);
  }

  public static WireException tooLarge(int limit) {
    return new WireException("more than " + limit + " bytes to write");
  }

  public String sentence() {
    return String.valueOf(getMessage());
  }
}
