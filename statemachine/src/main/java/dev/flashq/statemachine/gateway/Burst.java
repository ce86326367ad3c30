package dev.flashq.statemachine.gateway;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many futures completed by one thread in one go, such as the replies to a log entry. Whoever
 * listens to them can put off what needs doing only once, such as waking an event loop, until the
 * last one is complete.
 */
public final class Burst {
  private static final ThreadLocal<@Nullable Burst> CURRENT = new ThreadLocal<>();

  private final List<Runnable> atEnd = new ArrayList<>();

  private Burst() {}

  /** Runs the completions, then everything that was put off meanwhile, in order. */
  public static void run(Runnable completions) {
    if (CURRENT.get() != null) {
      completions.run();
      return;
    }
    Burst burst = new Burst();
    CURRENT.set(burst);
    try {
      completions.run();
    } finally {
      CURRENT.remove();
      burst.atEnd.forEach(Runnable::run);
    }
  }

  /** Runs the action when this thread's burst is over; at once when there is none. */
  public static void atEnd(Runnable action) {
    Burst burst = CURRENT.get();
    if (burst == null) {
      action.run();
    } else {
      burst.atEnd.add(action);
    }
  }
}
