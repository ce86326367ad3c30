package dev.flashq.statemachine.job;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.timer.Leases;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;

/** Hands out the first ready jobs, as many as every gate of the queue allows. */
public final class PullJobsHandler {
  private final JobStore jobs;
  private final QueueStore queues;
  private final Payloads payloads;
  private final Lifecycle lifecycle;
  private final Meta meta;

  public PullJobsHandler(
      JobStore jobs, QueueStore queues, Payloads payloads, Lifecycle lifecycle, Meta meta) {
    this.jobs = jobs;
    this.queues = queues;
    this.payloads = payloads;
    this.lifecycle = lifecycle;
    this.meta = meta;
  }

  public Reply handle(PullJobs command, Turn turn) {
    Queue queue = queues.find(command.queue());
    if (queue == null) {
      return Delivered.NONE;
    }
    long room = Leases.LIMIT - meta.active();
    int allowance = queue.allowance(turn.now());
    if (room <= 0 && allowance > 0) {
      // An empty answer would have the waiting pull ask again and again.
      return new Reply.Refused(
          LIMIT_EXCEEDED, "The cluster holds " + Leases.LIMIT + " active jobs, its limit");
    }
    long count =
        Math.min(
            Math.min(command.count(), turn.work().deliveriesLeft()), Math.min(allowance, room));
    var delivered = new ArrayList<JobView>();
    long bytes = 0;
    for (long i = 0; i < count; i++) {
      Slot slot = queue.ready().first();
      if (slot == null) {
        break;
      }
      Job job = jobs.find(slot.value());
      if (job == null || !(job.status() instanceof JobStatus.Ready ready)) {
        throw new StorageException(
            "job " + slot.value() + " is in the ready order without a record");
      }
      bytes += job.dataBytes();
      boolean alone = Lifecycle.goesAlone(job);
      boolean enough = bytes > Limits.DELIVERY_BYTES || turn.work().isSpent() || alone;
      if (enough && !delivered.isEmpty()) {
        break;
      }
      turn.work().delivered();
      turn.work().looked(1, job.dataBytes());
      Job held = lifecycle.deliver(job, ready, turn.now());
      delivered.add(
          JobViews.view(
              held,
              queue.name(),
              turn.answering() ? payloads.data(job) : null,
              null,
              0,
              meta.leasePauseMs()));
      if (alone) {
        break;
      }
    }
    return delivered.isEmpty() ? Delivered.NONE : new Delivered(delivered);
  }
}
