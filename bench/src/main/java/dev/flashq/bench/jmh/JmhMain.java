package dev.flashq.bench.jmh;

import java.io.IOException;

/** {@code ./flashq bench --jmh [PATTERN] [JMH's own options]}. */
public final class JmhMain {
  private JmhMain() {}

  public static void main(String[] args) throws IOException {
    org.openjdk.jmh.Main.main(args);
  }
}
