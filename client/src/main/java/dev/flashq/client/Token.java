package dev.flashq.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The token that connections show. Its source may be slow: it is asked on a thread of its own, and
 * whoever needs the token waits for a moment only.
 */
final class Token {
  /** Between two questions to the source. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Number of a client without a token. */
  static final int NONE = 0;

  private final TokenSource source;
  private @Nullable Shown last;
  private @Nullable Shown current;
  private @Nullable CountDownLatch asking;
  private long askedNanos = System.nanoTime() - PAUSE_NANOS;
  private volatile @Nullable String trouble;

  /**
   * A token that the source gave.
   *
   * @param number grows with each other token; {@link #NONE} when there is none to show
   */
  record Shown(String value, int number) {
    @Override
    public String toString() {
      return "token " + number;
    }
  }

  Token(TokenSource source) {
    this.source = source;
  }

  /** Why there is none; null when there is one, or nobody has asked. */
  @Nullable String trouble() {
    return trouble;
  }

  /** Null when the source does not give one in time. */
  @Nullable Shown get(Duration patience) {
    CountDownLatch answer;
    long left;
    synchronized (this) {
      if (current != null) {
        return current;
      }
      answer = ask();
      left = patience.toNanos() - (System.nanoTime() - askedNanos);
    }
    try {
      if (answer != null && !answer.await(left, TimeUnit.NANOSECONDS)) {
        trouble = "its source has not answered yet";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      return current;
    }
  }

  /** Another token than one that was refused; null when the source has none. */
  @Nullable Shown instead(Shown refused, Duration patience) {
    synchronized (this) {
      if (refused.equals(current)) {
        if (System.nanoTime() - askedNanos < PAUSE_NANOS) {
          return null;
        }
        current = null;
      }
    }
    Shown next = get(patience);
    return next == null || next.equals(refused) ? null : next;
  }

  /** Asks the source again when it is time; whoever looks later sees what it says. */
  synchronized void recheck() {
    long period = source.recheck().toNanos();
    if (period > 0 && current != null && System.nanoTime() - askedNanos >= period) {
      var _ = ask();
    }
  }

  /** Whether the source gives another token by now than the one of this number. */
  synchronized boolean isOther(int number) {
    return current != null && current.number != number;
  }

  /** Null when the source has just been asked in vain. */
  private @Nullable CountDownLatch ask() {
    if (asking == null && System.nanoTime() - askedNanos >= PAUSE_NANOS) {
      var answer = new CountDownLatch(1);
      asking = answer;
      askedNanos = System.nanoTime();
      Thread.ofVirtual().name("flashq-client-token").start(() -> answer(answer));
    }
    return asking;
  }

  private void answer(CountDownLatch told) {
    String value = null;
    String failure = null;
    try {
      value = source.token();
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    } catch (RuntimeException e) {
      // Of a stranger's code, whose message may hold anything.
      failure = "its source failed with " + e.getClass().getName();
    }
    synchronized (this) {
      if (value != null) {
        current = shown(value);
        last = current;
      }
      trouble = current == null ? failure : null;
      asking = null;
    }
    told.countDown();
  }

  private Shown shown(String value) {
    if (value.isEmpty()) {
      return new Shown(value, NONE);
    }
    Shown before = last;
    if (before != null && before.value.equals(value)) {
      return before;
    }
    return new Shown(value, before == null ? 1 : before.number + 1);
  }
}
