package dev.flashq.bench;

import dev.flashq.client.Data;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Job data of a given size as JSON that carries the time of its push, at a place known beforehand.
 */
final class Payload {
  private static final String NO_TIME = "0000000000000000000";

  private static final String FRAME = "{\"t\":\"" + NO_TIME + "\",\"x\":\"\"}";

  /** The least size that holds the time. */
  static final int MIN_BYTES = FRAME.length();

  private final byte[] template;
  private final int timeAt;

  /**
   * @param jsonBytes size of the data as JSON text, at least {@link #MIN_BYTES}
   */
  Payload(int jsonBytes) {
    String json = FRAME.replace("\"\"", "\"" + "x".repeat(jsonBytes - MIN_BYTES) + "\"");
    this.template = Data.json(json).messagePack();
    this.timeAt = new String(template, StandardCharsets.ISO_8859_1).indexOf(NO_TIME);
  }

  Data now() {
    byte[] bytes = template.clone();
    long rest = System.nanoTime();
    for (int i = timeAt + NO_TIME.length() - 1; i >= timeAt; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return Data.messagePack(bytes);
  }

  /** When the job was pushed, by {@link System#nanoTime}; empty when the data is not ours. */
  OptionalLong pushedAt(Data data) {
    byte[] bytes = data.messagePack();
    int behind = timeAt + NO_TIME.length();
    if (bytes.length != template.length
        || !Arrays.equals(bytes, 0, timeAt, template, 0, timeAt)
        || !Arrays.equals(bytes, behind, bytes.length, template, behind, bytes.length)) {
      return OptionalLong.empty();
    }
    long time = 0;
    for (int i = timeAt; i < behind; i++) {
      time = time * 10 + (bytes[i] - '0');
    }
    return OptionalLong.of(time);
  }
}
