package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What MessagePack has and JSON has not, as text. */
final class Extensions {
  private static final byte TIMESTAMP = -1;

  /** As JavaScript writes a date: always three digits behind the seconds. */
  private static final DateTimeFormatter MILLISECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Extensions() {}

  static String base64(byte[] bytes, int from, int to) {
    ByteBuffer encoded = Base64.getEncoder().encode(ByteBuffer.wrap(bytes, from, to - from));
    return new String(encoded.array(), 0, encoded.limit(), ISO_8859_1);
  }

  /** A timestamp in ISO 8601, anything else in base64; {@code bytes[from]} is the type. */
  static String text(byte[] bytes, int from, int to) {
    String time = time(bytes, from, to);
    return time == null ? base64(bytes, from + 1, to) : time;
  }

  /** A timestamp in ISO 8601, null for anything else; {@code bytes[from]} is the type. */
  static @Nullable String time(byte[] bytes, int from, int to) {
    return bytes[from] == TIMESTAMP ? time(ByteBuffer.wrap(bytes, from + 1, to - from - 1)) : null;
  }

  /** Null when it is no timestamp, or one beyond the years that Java can write. */
  private static @Nullable String time(ByteBuffer body) {
    try {
      Instant time = timestamp(body);
      if (time == null) {
        return null;
      }
      return time.getNano() % 1_000_000 == 0 ? MILLISECONDS.format(time) : time.toString();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** The time in one of the three forms of the specification; null when it is none of them. */
  private static @Nullable Instant timestamp(ByteBuffer body) {
    long seconds;
    long nanos = 0;
    switch (body.remaining()) {
      case 4 -> seconds = body.getInt() & 0xffffffffL;
      case 8 -> {
        long both = body.getLong();
        nanos = both >>> 34;
        seconds = both & 0x3ffffffffL;
      }
      case 12 -> {
        nanos = body.getInt() & 0xffffffffL;
        seconds = body.getLong();
      }
      default -> {
        return null;
      }
    }
    return nanos < 1_000_000_000 ? Instant.ofEpochSecond(seconds, nanos) : null;
  }
}
