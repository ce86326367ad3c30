package dev.flashq.rpc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** Warns of what others do again and again, of each thing once in a while. For one thread. */
final class RareLog {
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int REMEMBERED = 100;

  private final Logger log;
  private final Map<String, Long> said = new LinkedHashMap<>();

  RareLog(Logger log) {
    this.log = log;
  }

  void warn(String who, String what) {
    long now = System.nanoTime();
    String sentence = who + " is cut off: " + what;
    Long last = said.get(sentence);
    if (last != null && now - last < PAUSE_NANOS) {
      log.debug("{}", sentence);
      return;
    }
    said.remove(sentence);
    if (said.size() == REMEMBERED) {
      said.remove(said.keySet().iterator().next());
    }
    said.put(sentence, now);
    log.warn("{}", sentence);
  }
}
