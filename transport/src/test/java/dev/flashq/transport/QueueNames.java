package dev.flashq.transport;

import java.util.List;
import java.util.Locale;

/** Names of queues that somebody may try in order to get somewhere else. */
public final class QueueNames {
  /** None of them is a name. */
  public static final List<String> HOSTILE =
      List.of(
          "jobs/../pay",
          "/pay",
          "pay/",
          "..\\pay",
          "pay\0",
          "\0",
          "pay\0.jobs",
          "pay\n",
          "pay\r\nX-Forwarded-For: 10.0.0.1",
          "pay\t",
          " pay",
          "pay mail",
          "pay,mail",
          "pay;mail",
          "pay|mail",
          "*",
          "jobs.*",
          "pay?",
          "pay#",
          "pay%2Fmail",
          "%2e%2e",
          "pay%00",
          "pay\u200b",
          "\u202eyap",
          "pay\u2215mail",
          "pay\uff0fmail",
          "\ufeffpay",
          "\ufffd",
          "'pay'",
          "pay\"",
          "p".repeat(257));

  /** All of them are names, of queues that have nothing to do with each other. */
  public static final List<String> ODD =
      List.of("..", ".", "a..b", ":", "a:b", "a.b", "-", "_", "A.B", "\u961f\u5217", "p\u00e4y");

  private QueueNames() {}

  /** As a text of JSON that needs no character but ASCII, and no single quote. */
  public static String json(String name) {
    var json = new StringBuilder("\"");
    name.chars()
        .forEach(
            c ->
                json.append(
                    c < 127 && Character.isLetterOrDigit(c)
                        ? String.valueOf((char) c)
                        : String.format(Locale.ROOT, "\\u%04x", c)));
    return json.append('"').toString();
  }
}
