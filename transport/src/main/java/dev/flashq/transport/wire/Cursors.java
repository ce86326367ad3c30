package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Places in a listing as clients see them: a text that fits into a URL and means nothing. */
final class Cursors {
  private Cursors() {}

  static String text(ByteString place) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(place.toByteArray());
  }

  /** The place; empty, which is the beginning, when there is no cursor. */
  static ByteString place(@Nullable String cursor) {
    if (cursor == null) {
      return ByteString.EMPTY;
    }
    require(cursor.length() <= Limits.CURSOR_BYTES, INVALID_REQUEST, "a cursor is not so long");
    try {
      return ByteString.copyFrom(Base64.getUrlDecoder().decode(cursor));
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException(INVALID_REQUEST, "a cursor is what an earlier page said");
    }
  }
}
