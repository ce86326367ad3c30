package dev.flashq.security.secrets;

import dev.flashq.security.secrets.SecretReference.InStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The places of one store that this node needs. They are read at the start, and again in rounds
 * while the node runs: what cannot be read then stays what it was.
 */
final class SecretStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SecretStore.class);
  private static final Duration REMINDER = Duration.ofMinutes(10);
  private static final long FIRST_RETRY_MS = 1000;
  private static final long LAST_RETRY_MS = 300_000;
  private static final int DOUBLINGS = 10;

  private final SecretSource source;
  private final long periodMs;
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final ScheduledExecutorService thread;

  /** Rounds in a row that failed. */
  private volatile int failures;

  private volatile long readAt = System.nanoTime();

  SecretStore(String scheme, SecretSource source, Duration period) {
    this.source = source;
    this.periodMs = period.toMillis();
    var rounds =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("secrets-" + scheme).factory());
    rounds.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.thread = rounds;
  }

  /** Reads it when its place was not read before. Before the start only. */
  Secret open(InStore reference) throws SecretException {
    Place place = places.get(reference.place());
    if (place == null) {
      place = new Place(reference, source.read(reference.place()));
      places.put(reference.place(), place);
    }
    return place.field(reference);
  }

  /** Before the start only. */
  byte[] readOnce(InStore reference, int limit) throws SecretException {
    byte[] value = source.read(reference.place()).value(reference.field());
    if (value.length > limit) {
      throw new SecretException(reference + " has more than " + limit + " bytes");
    }
    return value;
  }

  /** The first round is a period away. */
  void start() {
    schedule(delayMs(0));
  }

  private void schedule(long delayMs) {
    var _ = thread.schedule(this::round, delayMs, TimeUnit.MILLISECONDS);
  }

  /** One after the other; fields of one place change together. */
  private void round() {
    try {
      boolean failed = false;
      for (Place place : places.values()) {
        failed |= !refresh(place);
      }
      failures = failed ? failures + 1 : 0;
      if (!failed) {
        readAt = System.nanoTime();
      }
    } finally {
      if (!thread.isShutdown()) {
        schedule(delayMs(failures));
      }
    }
  }

  private boolean refresh(Place place) {
    try {
      place.take(source.read(place.where()));
      place.told.good();
      return true;
    } catch (SecretException e) {
      tell(place, e.sentence());
    } catch (RuntimeException | LinkageError e) {
      // Its words are not ours and may hold what was read.
      tell(place, "failure of the kind " + e.getClass().getName());
    }
    return false;
  }

  /** A question that the node's own end has cut off is no trouble. */
  private void tell(Place place, String trouble) {
    if (!thread.isShutdown()) {
      place.told.bad(trouble);
    }
  }

  /** A little less at random, so that nodes that were started together do not ask together. */
  private long delayMs(int failed) {
    long wanted =
        failed == 0
            ? periodMs
            : Math.min(
                Math.min(periodMs, LAST_RETRY_MS),
                FIRST_RETRY_MS << Math.min(failed - 1, DOUBLINGS));
    return wanted - ThreadLocalRandom.current().nextLong(wanted / 10 + 1);
  }

  boolean isFailing() {
    return failures > 0;
  }

  /** Since all places were read. */
  long ageSeconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - readAt);
  }

  /** The source first: it may be what the thread waits for. */
  @Override
  public void close() {
    thread.shutdownNow();
    source.close();
  }

  /** What was told the operator of a place: each trouble when it begins, and now and then. */
  static final class Told {
    private final String name;
    private String trouble = "";
    private long at;

    Told(String name) {
      this.name = name;
    }

    void bad(String sentence) {
      long now = System.nanoTime();
      if (!sentence.equals(trouble) || now - at >= REMINDER.toNanos()) {
        trouble = sentence;
        at = now;
        LOG.warn("The secret {} cannot be read, what it was stays: {}", name, sentence);
      }
    }

    void good() {
      if (!trouble.isEmpty()) {
        trouble = "";
        LOG.info("The secret {} can be read again", name);
      }
    }
  }
}
