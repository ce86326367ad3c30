package dev.flashq.content;

import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.Walk;

/**
 * Whether data is encrypted: an object of exactly {@code iv} (16 bytes), {@code tag} (16 bytes) and
 * {@code data} in base64, perhaps with {@code kid}, the name of the key; or an object whose only
 * member {@code encrypted} is one.
 */
final class Envelope implements Walk.Visitor {
  private static final int IV_CHARACTERS = 24;
  private static final int KEY_NAME = 128;

  private int depth;
  private int envelopeDepth = 1;
  private String name = "";
  private boolean iv;
  private boolean tag;
  private boolean data;
  private boolean key;
  private boolean wrong;

  /** Whether what was shown is one. */
  boolean isComplete() {
    return iv && tag && data && !wrong;
  }

  @Override
  public void openMap() {
    depth++;
    boolean inner = depth == 2 && name.equals("encrypted") && envelopeDepth == 1 && !iv && !tag;
    if (inner && !data && !key) {
      envelopeDepth = 2;
    } else if (depth > 1) {
      wrong = true;
    }
  }

  @Override
  public void name(String its) {
    // The outer object has one member only.
    wrong |= depth < envelopeDepth;
    name = its;
  }

  @Override
  public void close() {
    depth--;
  }

  @Override
  public void text(String text) {
    if (depth != envelopeDepth) {
      wrong = true;
      return;
    }
    switch (name) {
      case "iv" -> {
        wrong |= iv || !isSixteenBytes(text);
        iv = true;
      }
      case "tag" -> {
        wrong |= tag || !isSixteenBytes(text);
        tag = true;
      }
      case "data" -> {
        wrong |= data || text.isEmpty() || !isBase64(text);
        data = true;
      }
      case "kid" -> {
        wrong |= key || !isKeyName(text);
        key = true;
      }
      default -> wrong = true;
    }
  }

  private static boolean isSixteenBytes(String text) {
    return text.length() == IV_CHARACTERS && text.endsWith("==") && isBase64(text);
  }

  private static boolean isBase64(String text) {
    if (text.length() % 4 != 0) {
      return false;
    }
    int end = text.length();
    for (int pads = 0; pads < 2 && end > 0 && text.charAt(end - 1) == '='; pads++) {
      end--;
    }
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (!letter && c != '+' && c != '/') {
        return false;
      }
    }
    return true;
  }

  private static boolean isKeyName(String text) {
    return !text.isEmpty()
        && text.length() <= KEY_NAME
        && text.chars().allMatch(c -> c > ' ' && c < 127)
        && !CardNumbers.isIn(text);
  }

  @Override
  public void number(String text) {
    wrong = true;
  }

  @Override
  public void constant(Kind kind) {
    wrong = true;
  }

  @Override
  public void openArray() {
    depth++;
    wrong = true;
  }

  @Override
  public void item(int index) {}

  @Override
  public void bytes(byte[] bytes, int from, int to) {
    wrong = true;
  }
}
