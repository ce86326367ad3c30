package dev.flashq.transport.wire;

import dev.flashq.statemachine.Reply.Failure;
import dev.flashq.statemachine.Reply.Refused;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The items of a batch: those that can be proposed with their places in the request, and the
 * others' refusals.
 */
final class Batch<T> {
  private final List<T> items = new ArrayList<>();
  private final List<Integer> places = new ArrayList<>();
  private final List<Failure> failures = new ArrayList<>(0);

  int size() {
    return items.size() + failures.size();
  }

  void add(T item) {
    places.add(size());
    items.add(item);
  }

  void fail(Refused refusal) {
    failures.add(new Failure(size(), refusal));
  }

  /** What can be proposed. */
  List<T> items() {
    return items;
  }

  /** The place in the request of the item that was proposed as the n-th. */
  int place(int proposed) {
    return places.get(proposed);
  }

  /**
   * All failures by their places in the request.
   *
   * @param proposed what became of those that were proposed
   */
  List<Failure> failures(List<Failure> proposed) {
    if (failures.isEmpty()) {
      return proposed;
    }
    List<Failure> all = new ArrayList<>(failures);
    for (Failure failure : proposed) {
      all.add(new Failure(place(failure.index()), failure.refusal()));
    }
    all.sort(Comparator.comparingInt(Failure::index));
    return all;
  }
}
