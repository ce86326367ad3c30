package dev.flashq.bench;

import dev.flashq.client.Data;
import dev.flashq.client.Job;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Job data of a given size as JSON that carries the time of its push, at a place known beforehand.
 */
final class Payload {
  private static final String NO_TIME = "0000000000000000000";

  private final byte[] template;
  private final int timeAt;

  /**
   * @param jsonBytes size of the data as JSON text
   */
  Payload(int jsonBytes) {
    String frame = "{\"t\":\"" + NO_TIME + "\",\"x\":\"\"}";
    String json =
        frame.replace("\"\"", "\"" + "x".repeat(Math.max(0, jsonBytes - frame.length())) + "\"");
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

  /**
   * When the job was pushed, by {@link System#nanoTime}; fails when the data is not what was
   * pushed.
   */
  long pushedAt(Job job) {
    byte[] bytes = job.data().messagePack();
    int behind = timeAt + NO_TIME.length();
    if (bytes.length != template.length
        || !Arrays.equals(bytes, 0, timeAt, template, 0, timeAt)
        || !Arrays.equals(bytes, behind, bytes.length, template, behind, bytes.length)) {
      throw new IllegalStateException(
          "job " + job.id() + " does not carry what was pushed: " + job.data());
    }
    long time = 0;
    for (int i = timeAt; i < behind; i++) {
      time = time * 10 + (bytes[i] - '0');
    }
    return time;
  }
}
