package dev.flashq.chaos;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Does its turn again and again until it is closed. */
abstract class SoakThread implements AutoCloseable {
  private static final long PATIENCE_MS = 60_000;

  private final SoakNotes notes;
  private final Thread thread;
  private volatile boolean ended;

  SoakThread(String name, SoakNotes notes) {
    this.notes = notes;
    this.thread = Thread.ofPlatform().name(name).unstarted(this::run);
  }

  void begin() {
    thread.start();
  }

  private void run() {
    try {
      while (!ended) {
        turn();
      }
    } catch (Exception | AssertionError e) {
      notes.failures.add(e);
    }
  }

  abstract void turn() throws Exception;

  boolean isEnded() {
    return ended;
  }

  static void pause(long fromMs, long toMs) {
    LockSupport.parkNanos(1_000_000 * ThreadLocalRandom.current().nextLong(fromMs, toMs + 1));
  }

  static boolean chance(double probability) {
    return ThreadLocalRandom.current().nextDouble() < probability;
  }

  /** Returns when its last turn is over. */
  @Override
  public void close() {
    ended = true;
    try {
      thread.join(PATIENCE_MS);
      if (thread.isAlive()) {
        thread.interrupt();
        notes.failures.add(new IllegalStateException(thread.getName() + " does not end"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
