package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.Simulation.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks for a smaller plan that breaks the same promise. */
final class Shrinker {
  private static final int TRIES = 30;

  private final Function<Plan, Result> run;
  private int tries;

  Shrinker(Function<Plan, Result> run) {
    this.run = run;
  }

  /** The smallest failing run that was found, or the failed one itself. */
  Result shrink(Result failed) {
    Result smallest = failed;
    boolean smaller = true;
    while (smaller && tries < TRIES) {
      smaller = false;
      for (Plan plan : smallerThan(smallest.plan())) {
        Result result = tries++ < TRIES ? run.apply(plan) : null;
        if (result != null && isSame(result.violation(), failed.violation())) {
          smallest = result;
          smaller = true;
          break;
        }
      }
    }
    return smallest;
  }

  private static boolean isSame(@Nullable Violation one, @Nullable Violation other) {
    return one != null && other != null && one.promise().equals(other.promise());
  }

  private static List<Plan> smallerThan(Plan plan) {
    var smaller = new ArrayList<Plan>();
    List<Fault> faults = plan.faults();
    if (faults.size() > 1) {
      smaller.add(plan.with(faults.subList(0, faults.size() / 2)));
      smaller.add(plan.with(faults.subList(faults.size() / 2, faults.size())));
    }
    for (int i = 0; i < faults.size(); i++) {
      var fewer = new ArrayList<>(faults);
      fewer.remove(i);
      smaller.add(plan.with(fewer));
    }
    if (plan.operator()) {
      smaller.add(plan.with(plan.producers(), plan.workers(), plan.readers(), false));
    }
    if (plan.guarded()) {
      smaller.add(plan.withGuests(plan.guests() - 1));
    }
    if (plan.readers() > 0) {
      smaller.add(plan.with(plan.producers(), plan.workers(), 0, plan.operator()));
    }
    if (plan.workers() > 1) {
      smaller.add(plan.with(plan.producers(), 1, plan.readers(), plan.operator()));
    }
    if (plan.producers() > 1) {
      smaller.add(plan.with(1, plan.workers(), plan.readers(), plan.operator()));
    }
    if (plan.chaosMs() > 1_000) {
      smaller.add(plan.shorter(plan.chaosMs() / 2));
      smaller.add(plan.shorter(plan.chaosMs() * 4 / 5));
    }
    return smaller;
  }
}
