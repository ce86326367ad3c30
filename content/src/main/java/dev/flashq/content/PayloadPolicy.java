package dev.flashq.content;

import dev.flashq.protocol.wire.Walk;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must be and must not be in data, whatever it means. For any thread. */
public final class PayloadPolicy {
  private final boolean encryptedOnly;
  private final Set<String> forbidden;
  private final boolean noCardNumbers;
  private final long maxBytes;

  /**
   * @param forbidden names of fields at any depth; capital and small letters are the same
   * @param maxBytes as they arrived; 0: any number
   */
  public PayloadPolicy(
      boolean encryptedOnly, List<String> forbidden, boolean noCardNumbers, long maxBytes) {
    this.encryptedOnly = encryptedOnly;
    this.forbidden = new LinkedHashSet<>();
    forbidden.forEach(name -> this.forbidden.add(name.toLowerCase(Locale.ROOT)));
    this.noCardNumbers = noCardNumbers;
    this.maxBytes = maxBytes;
  }

  /** What is wrong with one value of an encoding; null: nothing. */
  public @Nullable Violation check(byte[] bytes, boolean messagePack) {
    if (maxBytes > 0 && bytes.length > maxBytes) {
      return new Violation("", "must have at most " + maxBytes + " bytes");
    }
    if (encryptedOnly) {
      var envelope = new Envelope();
      walk(bytes, messagePack, envelope);
      if (!envelope.isComplete()) {
        return new Violation(
            "", "must be encrypted: an object of iv, tag and data, alone or as encrypted");
      }
      // What is in it cannot be seen, and base64 may look like anything.
      return null;
    }
    if (forbidden.isEmpty() && !noCardNumbers) {
      return null;
    }
    var contents = new Contents(forbidden, noCardNumbers, Integer.MAX_VALUE);
    walk(bytes, messagePack, contents);
    return contents.violation();
  }

  /** Why a text of a worker, an error or a message, may not be kept; null: it may. */
  public @Nullable String objection(String text) {
    if (encryptedOnly) {
      return "not encrypted";
    }
    return noCardNumbers && CardNumbers.isIn(text) ? "looks like a card number" : null;
  }

  private static void walk(byte[] bytes, boolean messagePack, Walk.Visitor visitor) {
    if (messagePack) {
      Walk.messagePack(bytes, 0, bytes.length, visitor);
    } else {
      Walk.json(bytes, 0, bytes.length, visitor);
    }
  }
}
