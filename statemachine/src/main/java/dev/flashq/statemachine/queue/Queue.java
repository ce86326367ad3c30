package dev.flashq.statemachine.queue;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.rate.RateWindow;
import dev.flashq.statemachine.state.proto.StateProto.QueueRecord;
import dev.flashq.statemachine.store.Index;
import org.jspecify.annotations.Nullable;

/** A queue in the hands of the applying thread: settings, counts, and its orders. */
public final class Queue {
  final int id;
  final QueueName name;
  final Index ready;
  final Index completed;
  final Index completedAged;

  boolean paused;
  @Nullable RateWindow rate;
  @Nullable Integer concurrency;
  long waiting;
  long eligible;
  long delayed;
  long active;
  long completedJobs;
  long dead;
  long blocked;
  long retentionDue;
  long idleDue;
  long keptUntil;

  /** The token that made it; empty: none. */
  String maker = "";

  Queue(int id, QueueName name, Index ready, Index completed, Index completedAged) {
    this.id = id;
    this.name = name;
    this.ready = ready;
    this.completed = completed;
    this.completedAged = completedAged;
  }

  public int id() {
    return id;
  }

  public QueueName name() {
    return name;
  }

  /** Ready jobs in the order of delivery; of a group only the front. */
  public Index ready() {
    return ready;
  }

  /** Completed jobs that are kept as long as all, by expiry. */
  public Index completed() {
    return completed;
  }

  /** Completed jobs with an age of their own, by completion. */
  public Index completedAged() {
    return completedAged;
  }

  /** Lets go of what its orders hold in memory. */
  void dropOrders() {
    ready.forget();
    completed.forget();
    completedAged.forget();
  }

  boolean isEmpty() {
    return waiting + delayed + active + completedJobs + dead + blocked == 0;
  }

  /** Whether nothing would be lost if it were not known any more. */
  boolean isIdle() {
    return isEmpty() && !paused && rate == null && concurrency == null;
  }

  public boolean paused() {
    return paused;
  }

  /** How many of its jobs are in the state. */
  public long jobs(JobState state) {
    return switch (state) {
      case WAITING -> waiting;
      case DELAYED -> delayed;
      case ACTIVE -> active;
      case COMPLETED -> completedJobs;
      case FAILED -> dead;
      case WAITING_CHILDREN -> blocked;
    };
  }

  public long completedJobs() {
    return completedJobs;
  }

  public long dead() {
    return dead;
  }

  public long retentionDue() {
    return retentionDue;
  }

  /** How many jobs a pull could take at the time, by every gate of this queue. */
  public int allowance(long now) {
    if (paused) {
      return 0;
    }
    long free = concurrency == null ? eligible : Math.min(eligible, concurrency - active);
    RateWindow window = rate;
    if (window != null) {
      free = Math.min(free, window.jobs(now));
    }
    return Math.clamp(free, 0, Limits.JOBS_PER_DELIVERY);
  }

  Gate gate() {
    if (paused) {
      return Gate.SHUT;
    }
    long free = concurrency == null ? eligible : Math.min(eligible, concurrency - active);
    return new Gate(Math.max(0, free), rate);
  }

  /** A job is handed out at the time. */
  public void delivered(long now) {
    RateWindow window = rate;
    if (window != null) {
      rate = window.take(now);
    }
  }

  byte[] encode() {
    var record =
        QueueRecord.newBuilder()
            .setId(id)
            .setPaused(paused)
            .setWaiting(waiting)
            .setEligible(eligible)
            .setDelayed(delayed)
            .setActive(active)
            .setCompleted(completedJobs)
            .setDead(dead)
            .setBlocked(blocked)
            .setRetentionDue(retentionDue)
            .setIdleDue(idleDue)
            .setKeptUntil(keptUntil)
            .setMaker(maker);
    RateWindow window = rate;
    if (window != null) {
      record
          .setRateLimited(true)
          .setRateMax(window.limit().max())
          .setRateDurationMs(window.limit().durationMs())
          .setRateFirstSlot(window.first())
          .addAllRateCounts(window.counts());
    }
    Integer slots = concurrency;
    if (slots != null) {
      record.setConcurrencyLimited(true).setConcurrency(slots);
    }
    return record.build().toByteArray();
  }

  void read(QueueRecord record) {
    paused = record.getPaused();
    rate = window(record);
    concurrency = record.getConcurrencyLimited() ? record.getConcurrency() : null;
    waiting = record.getWaiting();
    eligible = record.getEligible();
    delayed = record.getDelayed();
    active = record.getActive();
    completedJobs = record.getCompleted();
    dead = record.getDead();
    blocked = record.getBlocked();
    retentionDue = record.getRetentionDue();
    idleDue = record.getIdleDue();
    keptUntil = record.getKeptUntil();
    maker = record.getMaker();
  }

  private static @Nullable RateWindow window(QueueRecord record) {
    return record.getRateLimited()
        ? RateWindow.of(
            new RateLimit(record.getRateMax(), record.getRateDurationMs()),
            record.getRateFirstSlot(),
            record.getRateCountsList())
        : null;
  }

  /** A stored queue as clients see it. */
  public static QueueView view(QueueName name, QueueRecord record) {
    RateWindow window = window(record);
    return new QueueView(
        name,
        record.getWaiting(),
        record.getDelayed(),
        record.getActive(),
        record.getCompleted(),
        record.getDead(),
        record.getBlocked(),
        record.getPaused(),
        window == null ? null : window.limit(),
        record.getConcurrencyLimited() ? record.getConcurrency() : null);
  }
}
