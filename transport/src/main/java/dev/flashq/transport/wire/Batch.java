package dev.flashq.transport.wire;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Reply.Failure;
import dev.flashq.statemachine.Reply.Refused;
import java.util.ArrayList;
import java.util.List;

/**
 * The jobs of a batch push: those that can be proposed with their places in the request, and the
 * others' refusals.
 */
final class Batch {
  private final List<NewJob> jobs = new ArrayList<>();
  private final List<Integer> places = new ArrayList<>();
  private final List<Failure> failures = new ArrayList<>();

  int size() {
    return jobs.size() + failures.size();
  }

  void add(NewJob job) {
    places.add(size());
    jobs.add(job);
  }

  void fail(ErrorCode code, String sentence) {
    failures.add(new Failure(size(), new Refused(code, sentence)));
  }

  List<NewJob> jobs() {
    return jobs;
  }

  /** The place in the request of the job that was proposed as the n-th. */
  int place(int proposed) {
    return places.get(proposed);
  }

  List<Failure> failures() {
    return failures;
  }
}
