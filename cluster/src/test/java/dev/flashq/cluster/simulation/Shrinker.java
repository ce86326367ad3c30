package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.Plan.Load;
import dev.flashq.cluster.simulation.Simulation.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
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
    smallerThan(plan.load()).forEach(load -> smaller.add(plan.with(load)));
    if (plan.chaosMs() > 1_000) {
      smaller.add(plan.shorter(plan.chaosMs() / 2));
      smaller.add(plan.shorter(plan.chaosMs() * 4 / 5));
    }
    return smaller;
  }

  private static List<Load> smallerThan(Load load) {
    int producers = load.producers();
    int workers = load.workers();
    int readers = load.readers();
    int guests = load.guests();
    boolean operator = load.operator();
    return Stream.of(
            new Load(producers, workers, readers, false, guests),
            load.withGuests(Math.max(0, guests - 1)),
            new Load(producers, workers, 0, operator, guests),
            new Load(producers, 1, readers, operator, guests),
            new Load(1, workers, readers, operator, guests))
        .filter(less -> less.clients() < load.clients())
        .toList();
  }
}
