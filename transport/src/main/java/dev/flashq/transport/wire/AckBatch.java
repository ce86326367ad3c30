package dev.flashq.transport.wire;

import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Reply.Acked;
import dev.flashq.statemachine.Reply.Failure;
import dev.flashq.statemachine.Reply.Refused;
import java.util.ArrayList;
import java.util.List;

/** A batch of acknowledgements, of which each failure names its job. */
final class AckBatch {
  private final Batch<Ack> acks = new Batch<>();
  private final List<JobId> jobs = new ArrayList<>();

  int size() {
    return acks.size();
  }

  void add(Ack ack) {
    acks.add(ack);
    jobs.add(ack.claim().job());
  }

  void fail(JobId job, Refused refusal) {
    acks.fail(refusal);
    jobs.add(job);
  }

  List<Ack> acks() {
    return acks.items();
  }

  /** The jobs of all, by their places. */
  List<JobId> jobs() {
    return jobs;
  }

  /** What was not acknowledged, for whatever reason, by places. */
  List<Failure> failures(Acked acked) {
    return acks.failures(acked.failures());
  }
}
