package dev.flashq.cluster.simulation;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.RATE_LIMITED;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Quota.Owner;
import dev.flashq.statemachine.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much may be pushed, after the words of docs/SECURITY.md and without any code of the engine,
 * which counts in slots: so a job has to count for a time, and may for a little longer.
 */
final class QuotaModel {
  static final String KEPT = "quotas are never exceeded";
  static final String EXHAUSTED = "a quota refuses only when it is exhausted";

  /** Of a duration. */
  private static final int SLOTS = 64;

  private final BiPredicate<String, String> matches;
  private final Map<String, Said> quotas = new HashMap<>();
  private final Set<Long> counted = new HashSet<>();

  /** By queues; nobody: empty. */
  private final Map<String, String> makers = new HashMap<>();

  private long clock;
  private int level;

  /** Whether no idle queue can have gone, of which nothing in the log tells. */
  private boolean queuesStay = true;

  /**
   * @param matches whether a pattern matches the name of a queue
   */
  QuotaModel(BiPredicate<String, String> matches) {
    this.matches = matches;
  }

  /** A quota that holds. */
  private record Said(Quota quota, List<Window> windows) {}

  /**
   * Somebody tries to push to a queue, or to make it.
   *
   * @param roles of the principal that there are
   */
  record Attempt(Simulation run, String what, Principal who, List<String> roles, QueueName queue) {
    void require(boolean holds, String promise, String otherwise) {
      if (!holds) {
        run.violated(promise, what + ": " + otherwise);
      }
    }
  }

  /**
   * A job that was pushed.
   *
   * @param end the latest time at which its slot can end
   * @param sure whether it has to count
   */
  private record Counted(long at, long end, boolean sure) {}

  /** What has gone under a push quota. */
  private record Window(Quota.Pushes pushes, List<Counted> jobs) {
    long durationMs() {
      return pushes.rate().durationMs();
    }

    long slotMs() {
      return Math.ceilDiv(durationMs(), SLOTS);
    }

    boolean isExhausted(long now) {
      return jobs.stream().filter(job -> job.sure && job.at > now - durationMs()).count()
          >= pushes.rate().max();
    }

    boolean mayBeExhausted(long now) {
      return jobs.stream().filter(job -> job.end > now - durationMs()).count()
          >= pushes.rate().max();
    }

    void take(long now) {
      jobs.add(new Counted(now, now + slotMs(), true));
    }

    /** What counted so far counts on; by slots of another size it may have come later. */
    void goOnFrom(Window old, long now) {
      if (old.durationMs() == durationMs()) {
        jobs.addAll(old.jobs);
        return;
      }
      for (Counted job : old.jobs) {
        if (job.end > now - old.durationMs()) {
          long end = Math.min(now, job.end - 1) + slotMs();
          jobs.add(new Counted(job.at, end, job.sure && job.at > now - old.durationMs()));
        }
      }
    }
  }

  void beginEntry(long now, int levelOfEntry) {
    queuesStay &= clock == 0 || now - clock < Limits.QUEUE_IDLE_MS;
    clock = now;
    level = levelOfEntry;
  }

  void set(Quota quota) {
    String key = key(quota.owner(), quota.name());
    Said old = quotas.remove(key);
    if (quota.isEmpty()) {
      return;
    }
    var windows = new ArrayList<Window>();
    for (Quota.Pushes pushes : quota.pushes()) {
      var window = new Window(pushes, new ArrayList<>());
      Window before = old == null ? null : before(old, pushes);
      if (before != null) {
        window.goOnFrom(before, clock);
      }
      windows.add(window);
    }
    quotas.put(key, new Said(quota, windows));
  }

  /** For the same queues: of the same duration, or else of the longest. */
  private static @Nullable Window before(Said old, Quota.Pushes pushes) {
    Window longest = null;
    for (Window window : old.windows) {
      if (window.pushes.queues().equals(pushes.queues())) {
        if (window.durationMs() == pushes.rate().durationMs()) {
          return window;
        }
        longest = longest == null || longest.durationMs() < window.durationMs() ? window : longest;
      }
    }
    return longest;
  }

  private static String key(Owner owner, String name) {
    return owner + " " + name;
  }

  private List<Said> of(Attempt attempt) {
    return attempt.who.credential() == 0
        ? List.of()
        : Stream.concat(
                Stream.of(key(Owner.TOKEN, attempt.who.name())),
                attempt.roles.stream().map(role -> key(Owner.ROLE, role)))
            .map(quotas::get)
            .filter(Objects::nonNull)
            .toList();
  }

  private List<Window> windows(Attempt attempt) {
    return of(attempt).stream()
        .flatMap(said -> said.windows.stream())
        .filter(
            window ->
                window.pushes.queues().stream()
                    .anyMatch(pattern -> matches.test(pattern, attempt.queue.value())))
        .toList();
  }

  /**
   * Judges what a push was answered, and counts what it has added.
   *
   * @param isNew whether the answer cannot be that to an earlier sending
   */
  void pushed(Attempt attempt, List<Reply.PushOutcome> outcomes, boolean isNew) {
    List<Window> windows = windows(attempt);
    for (Reply.PushOutcome outcome : outcomes) {
      switch (outcome) {
        case Reply.PushOutcome.Accepted(var job, boolean existing) -> {
          if (!existing) {
            added(attempt, job.value(), windows);
          }
        }
        case Reply.Refused refused -> {
          boolean exhausted = windows.stream().anyMatch(window -> window.mayBeExhausted(clock));
          attempt.require(
              !isNew || refused.code() != RATE_LIMITED || exhausted,
              EXHAUSTED,
              refused.detail() + ", by " + brief(windows));
        }
      }
    }
  }

  /** A job was added, of which perhaps only the trail tells. */
  void added(Attempt attempt, long job) {
    added(attempt, job, windows(attempt));
  }

  private void added(Attempt attempt, long job, List<Window> windows) {
    if (!counted.add(job)) {
      return;
    }
    for (Window window : windows) {
      attempt.require(
          !window.isExhausted(clock), KEPT, "job " + job + " is beyond " + brief(List.of(window)));
      window.take(clock);
    }
    made(attempt);
  }

  /** The queue is there after this, whoever has made it. */
  void made(Attempt attempt) {
    if (!makers.containsKey(attempt.queue.value())) {
      attempt.require(!hasAllQueues(attempt), KEPT, "one queue too many");
      boolean isKnown = level >= FeatureLevel.QUOTAS && attempt.who.credential() != 0;
      makers.put(attempt.queue.value(), isKnown ? attempt.who.name() : "");
    }
  }

  /** A command that could have made the queue was refused as a whole. */
  void refused(Attempt attempt, Reply.Refused refused) {
    attempt.require(
        refused.code() != LIMIT_EXCEEDED
            || !queuesStay
            || (!makers.containsKey(attempt.queue.value()) && hasAllQueues(attempt)),
        EXHAUSTED,
        refused.detail() + ", there are " + makers);
  }

  private boolean hasAllQueues(Attempt attempt) {
    long may =
        of(attempt).stream()
            .mapToLong(said -> said.quota.limits().queues())
            .min()
            .orElse(Long.MAX_VALUE);
    return queuesStay && makers.values().stream().filter(attempt.who.name()::equals).count() >= may;
  }

  private String brief(List<Window> windows) {
    return windows.stream()
        .map(
            window ->
                window.pushes
                    + ": "
                    + window.jobs.stream().map(job -> clock - job.at + " ms ago").toList())
        .toList()
        .toString();
  }
}
