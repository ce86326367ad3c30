package dev.flashq.transport.wire;

import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Reply.Acked;
import dev.flashq.statemachine.Reply.Failure;
import dev.flashq.statemachine.Reply.Refused;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The acknowledgements of a batch: those that can be proposed with their places in the request, and
 * the others' refusals.
 */
final class AckBatch {
  private final List<Ack> acks = new ArrayList<>();
  private final List<Integer> places = new ArrayList<>();
  private final List<JobId> jobs = new ArrayList<>();
  private final List<Failure> failures = new ArrayList<>(0);

  int size() {
    return jobs.size();
  }

  void add(Ack ack) {
    places.add(size());
    jobs.add(ack.claim().job());
    acks.add(ack);
  }

  void fail(JobId job, Refused refusal) {
    failures.add(new Failure(size(), refusal));
    jobs.add(job);
  }

  List<Ack> acks() {
    return acks;
  }

  /** The jobs of all, by their places. */
  List<JobId> jobs() {
    return jobs;
  }

  /** What was not acknowledged, for whatever reason, by places. */
  List<Failure> failures(Acked acked) {
    if (failures.isEmpty()) {
      return acked.failures();
    }
    List<Failure> all = new ArrayList<>(failures);
    for (Failure failure : acked.failures()) {
      all.add(new Failure(places.get(failure.index()), failure.refusal()));
    }
    all.sort(Comparator.comparingInt(Failure::index));
    return all;
  }
}
