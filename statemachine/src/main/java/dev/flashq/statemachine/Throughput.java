package dev.flashq.statemachine;

/**
 * Jobs completed lately, as two counts: a sliding window costs one addition per job.
 *
 * @param window number of the window in which a job was completed last: time / {@link #WINDOW_MS}
 * @param completed jobs completed in it
 * @param before jobs completed in the window before it
 */
public record Throughput(long window, long completed, long before) {
  public static final long WINDOW_MS = 10_000;

  public static final Throughput NONE = new Throughput(0, 0, 0);

  /** With one job more, completed at a time that is not before that of any other. */
  public Throughput completedAt(long nowMs) {
    long current = nowMs / WINDOW_MS;
    if (current == window) {
      return new Throughput(window, completed + 1, before);
    }
    return new Throughput(current, 1, current == window + 1 ? completed : 0);
  }

  /**
   * Completed jobs per second over the last {@link #WINDOW_MS}: the current window, and of the one
   * before it the part that is not yet past, as if its jobs were spread evenly. A clock that is
   * behind the replicated one counts as standing at the start of the window.
   */
  public double perSecond(long nowMs) {
    long passed = Math.max(0, nowMs - window * WINDOW_MS);
    double part = (double) (passed % WINDOW_MS) / WINDOW_MS;
    double jobs =
        switch ((int) Math.min(passed / WINDOW_MS, 2)) {
          case 0 -> completed + before * (1 - part);
          case 1 -> completed * (1 - part);
          default -> 0;
        };
    return jobs * 1000 / WINDOW_MS;
  }
}
