package dev.flashq.cluster.waiting;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Those who wait for jobs of one queue, first come first served. Every method is called under the
 * line's lock.
 */
final class QueueLine {
  private final Deque<PullWaiter> waiters = new ArrayDeque<>();

  /** Jobs that pulls on their way may take; a job that is promised wakes nobody else. */
  private int promised;

  /** When the line is looked at again although nothing happens; on the clock that does not jump. */
  private long alarmAt = Long.MAX_VALUE;

  private boolean dissolved;

  /** How many more jobs than promised there are. */
  int free(int deliverable) {
    return deliverable - promised;
  }

  void promise(int jobs) {
    promised += jobs;
  }

  void settle(int jobs) {
    promised -= jobs;
  }

  void join(PullWaiter waiter) {
    waiters.addLast(waiter);
  }

  /** Its pull came back empty: it keeps its place. */
  void rejoin(PullWaiter waiter) {
    waiters.addFirst(waiter);
  }

  /** Takes as many waiters out as there are jobs for and promises the jobs to them. */
  List<Pull> take(int deliverable) {
    List<Pull> taken = new ArrayList<>();
    while (!waiters.isEmpty() && free(deliverable) > 0) {
      PullWaiter waiter = waiters.removeFirst();
      if (!waiter.isGone()) {
        taken.add(promise(waiter, deliverable));
      }
    }
    return taken;
  }

  Pull promise(PullWaiter waiter, int deliverable) {
    int jobs = Math.min(waiter.pull().count(), free(deliverable));
    promise(jobs);
    return new Pull(waiter, jobs);
  }

  /** A waiter whose pull goes into the log, and the jobs it may take. */
  record Pull(PullWaiter waiter, int jobs) {}

  boolean leave(PullWaiter waiter) {
    return waiters.remove(waiter);
  }

  /** Empties the line. */
  List<PullWaiter> disband() {
    List<PullWaiter> all = List.copyOf(waiters);
    waiters.clear();
    return all;
  }

  boolean hasWaiters() {
    return !waiters.isEmpty();
  }

  /**
   * After how many milliseconds whoever asks has to look again; 0: somebody else does, or nobody
   * need.
   *
   * @param retryInMs when a limit lets the next job go; 0: no limit holds jobs back
   */
  long claimAlarm(long now, long retryInMs) {
    if (alarmAt <= now) {
      alarmAt = Long.MAX_VALUE;
    }
    if (retryInMs == 0 || !hasWaiters() || alarmAt <= now + retryInMs) {
      return 0;
    }
    alarmAt = now + retryInMs;
    return retryInMs;
  }

  /** Whether the line may be forgotten; afterwards nobody may join it. */
  boolean dissolve() {
    dissolved = waiters.isEmpty() && promised == 0;
    return dissolved;
  }

  boolean isDissolved() {
    return dissolved;
  }
}
