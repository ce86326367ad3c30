package dev.flashq.cluster.data;

import dev.flashq.statemachine.QueueName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of data that breaks a schema which only reports: now and then, with how often it was. */
final class Reports {
  private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

  /** Milliseconds between two lines about one schema. */
  private static final long PERIOD_MS = 10_000;

  /** There are no more schemas than this at a time; those of old ones go. */
  private static final int KEPT = 1000;

  private final LongSupplier now;
  private final Map<String, Tally> tallies = new ConcurrentHashMap<>();

  private static final class Tally {
    private long toldAt;
    private long count;
    private boolean told;
  }

  Reports(LongSupplier now) {
    this.now = now;
  }

  void add(String schema, QueueName queue, String wrong) {
    if (tallies.size() > KEPT) {
      tallies.clear();
    }
    Tally tally = tallies.computeIfAbsent(schema, _ -> new Tally());
    long count;
    synchronized (tally) {
      tally.count++;
      if (tally.told && now.getAsLong() - tally.toldAt < PERIOD_MS) {
        return;
      }
      tally.told = true;
      tally.toldAt = now.getAsLong();
      count = tally.count;
      tally.count = 0;
    }
    LOG.warn(
        "Data for queue {} breaks the schema for {}: {} ({} since the last word)",
        queue,
        schema,
        wrong,
        count);
  }
}
