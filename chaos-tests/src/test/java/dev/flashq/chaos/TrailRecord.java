package dev.flashq.chaos;

import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record of the audit trail.
 *
 * @param atMs by the cluster's clock
 * @param queue empty: none
 * @param code why it was refused; empty: it was not
 * @param subject which token or role it was about; empty: none
 */
record TrailRecord(
    long number,
    long atMs,
    String action,
    String queue,
    List<Long> jobs,
    String user,
    String code,
    String subject) {
  private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");
  private static final Pattern JOB = Pattern.compile("\"jobId\":\"(\\d+)\"");
  private static final Pattern JOBS = Pattern.compile("\"ids\":\\[([^]]*)]");
  private static final Pattern ID = Pattern.compile("\"(\\d+)\"");

  /** From a line as {@code ./flashq audit list} prints it. */
  static TrailRecord of(String line) {
    return new TrailRecord(
        Long.parseLong(first(NUMBER, line)),
        Instant.parse(text("timestamp", line)).toEpochMilli(),
        text("action", line),
        text("queue", line),
        jobs(line),
        text("userId", line),
        text("code", line),
        text("name", line));
  }

  boolean succeeded() {
    return code.isEmpty();
  }

  private static List<Long> jobs(String line) {
    String batch = first(JOBS, line);
    Matcher ids = (batch.isEmpty() ? JOB : ID).matcher(batch.isEmpty() ? line : batch);
    return ids.results().map(id -> Long.valueOf(id.group(1))).toList();
  }

  private static String text(String name, String line) {
    return first(Pattern.compile("\"" + name + "\":\"([^\"]*)\""), line);
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }
}
