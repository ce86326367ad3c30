package dev.flashq.statemachine.job;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.KeyTable;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;

/** Debounce windows: after a push with a debounce id, further ones are refused for a while. */
public final class Debounce {
  private final KeyTable windows;
  private final QueueStore queues;
  private final Timers timers;
  private final Meta meta;

  public Debounce(Tables tables, QueueStore queues, Timers timers, Meta meta) {
    this.windows = new KeyTable(tables, Column.DEBOUNCE);
    this.queues = queues;
    this.timers = timers;
    this.meta = meta;
  }

  boolean holds(Queue queue, String id, long now) {
    return windows.number(Bytes.of(queue.id(), id)) > now;
  }

  void open(Queue queue, String id, long ttlMs, long now) {
    byte[] name = Bytes.of(queue.id(), id);
    long until = now + (ttlMs == 0 ? Limits.DEBOUNCE_MS : ttlMs);
    windows.put(name, until);
    queues.keepUntil(queue, until);
    timers.put(until, TimerKind.DEBOUNCE, meta.nextNumber(), name);
  }

  /** The timer of a window fires; a window opened anew since then stays. */
  public void close(byte[] name, long now) {
    if (windows.number(name) <= now) {
      windows.delete(name);
    }
  }
}
