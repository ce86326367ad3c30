package dev.flashq.statemachine.job;

import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayDeque;

/**
 * What the end of a job means for those that wait for it. One entry does a bounded part; timers,
 * due at once, see to the rest.
 */
public final class Cascade {
  private static final int AT_ONCE = 500;

  private final Lifecycle lifecycle;
  private final JobStore jobs;
  private final Dependents dependents;
  private final Timers timers;
  private final Meta meta;

  Cascade(Lifecycle lifecycle, JobStore jobs, Dependents dependents, Timers timers, Meta meta) {
    this.lifecycle = lifecycle;
    this.jobs = jobs;
    this.dependents = dependents;
    this.timers = timers;
    this.meta = meta;
  }

  /** The job has completed: those that waited for nothing else go on. */
  void completed(Job job, Turn turn) {
    if (job.dependents() > 0) {
      release(job.id(), 0, turn);
    }
  }

  /** The job will not complete: neither will those that wait for it. */
  void failed(Job job, Turn turn) {
    if (job.dependents() > 0) {
      bury(new Wait(job.id(), 0, meta.lastJobId()), turn);
    }
  }

  /** A timer that saw to the rest fires; {@code rest} is what was stored with it. */
  public void goOn(TimerKind kind, long awaited, byte[] rest, Turn turn) {
    long from = Bytes.longAt(rest, 0);
    if (kind == TimerKind.DEPENDENTS) {
      release(awaited, from, turn);
    } else {
      bury(new Wait(awaited, from, Bytes.longAt(rest, 8)), turn);
    }
  }

  private void release(long awaited, long from, Turn turn) {
    int limit = Math.min(AT_ONCE, turn.work().followUpsLeft());
    var waiting = dependents.of(awaited, from, limit);
    for (long id : waiting) {
      dependents.remove(awaited, id);
      turn.work().followed(1);
      Job job = jobs.find(id);
      if (job != null && job.status() instanceof JobStatus.Blocked blocked) {
        jobs.move(
            job,
            blocked.remaining() > 1
                ? new JobStatus.Blocked(blocked.remaining() - 1, blocked.runAt(), blocked.since())
                : lifecycle.readyAt(blocked.runAt(), job.options().lifo(), turn.now()));
      }
    }
    if (waiting.size() >= limit) {
      long next = waiting.isEmpty() ? from : waiting.getLast() + 1;
      timers.put(turn.now(), TimerKind.DEPENDENTS, awaited, Bytes.of(next));
    }
  }

  /**
   * Jobs that wait for one that will not complete.
   *
   * @param from the smallest id of those that are left
   * @param upTo the greatest id that was given when the awaited job ended: later ones wait for its
   *     next life
   */
  private record Wait(long awaited, long from, long upTo) {}

  private void bury(Wait first, Turn turn) {
    var pending = new ArrayDeque<Wait>();
    pending.add(first);
    while (!pending.isEmpty()) {
      Wait wait = pending.poll();
      int limit = Math.min(AT_ONCE, turn.work().followUpsLeft());
      if (limit == 0) {
        timers.put(
            turn.now(),
            TimerKind.DEPENDENTS_OF_FAILED,
            wait.awaited,
            Bytes.of(wait.from, wait.upTo));
        continue;
      }
      var waiting = dependents.of(wait.awaited, wait.from, limit);
      if (waiting.size() == limit) {
        pending.add(new Wait(wait.awaited, waiting.getLast() + 1, wait.upTo));
      }
      for (long id : waiting) {
        Job job = id <= wait.upTo ? jobs.find(id) : null;
        if (job != null && job.status() instanceof JobStatus.Blocked) {
          bury(job, wait, pending, turn);
        } else if (id <= wait.upTo) {
          dependents.remove(wait.awaited, id);
          turn.work().followed(1);
        }
      }
    }
  }

  private void bury(Job job, Wait wait, ArrayDeque<Wait> pending, Turn turn) {
    var awaited = job.options().dependsOn();
    awaited.forEach(other -> dependents.remove(other.value(), job.id()));
    turn.work().followed(1 + awaited.size() / 16);
    if (job.dependents() > 0) {
      pending.add(new Wait(job.id(), 0, meta.lastJobId()));
    }
    lifecycle.bury(job, Remark.dependencyEnded(wait.awaited), turn);
  }
}
