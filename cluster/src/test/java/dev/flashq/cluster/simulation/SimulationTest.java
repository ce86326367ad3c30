package dev.flashq.cluster.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.flashq.cluster.simulation.Simulation.Result;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A fixed set of seeds; {@code ./flashq simulate} runs more. A simulation has one thread and shares
 * nothing with others, so two run at the same time.
 */
class SimulationTest {
  private static final int SEEDS_PER_PART = 10;

  /** Seeds in which a planted bug must be caught. */
  private static final int SEEDS_PER_BUG = 30;

  private final Runs runs = new Runs();

  @AfterEach
  void clean() {
    runs.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 11, 21, 31})
  @Execution(CONCURRENT)
  void everyPromiseIsKept(long first) {
    long steps = 0;
    long acknowledged = 0;
    long begun = System.nanoTime();
    for (long seed = first; seed < first + SEEDS_PER_PART; seed++) {
      Result result = runs.run(seed);
      steps += result.steps();
      acknowledged += result.acknowledged();
      if (result.violation() != null) {
        fail(String.join("\n", runs.report(result)));
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.println(
        "simulation: %d seeds from %d, %d steps, %.0f steps/s, %d operations acknowledged"
            .formatted(SEEDS_PER_PART, first, steps, steps / seconds, acknowledged));
    // A run in which hardly anything succeeds proves nothing.
    assertThat(acknowledged).isGreaterThan(200L * SEEDS_PER_PART);
  }

  @Test
  @Execution(CONCURRENT)
  void aSeedIsTheSameRunEveryTime() {
    Plan plan = Plan.of(7, Plan.Profile.ALL);
    Result one = runs.run(plan, PlantedBug.NONE, true);
    Result other = runs.run(plan, PlantedBug.NONE, true);

    assertThat(other.steps()).isEqualTo(one.steps());
    assertThat(other.trace()).isEqualTo(one.trace());
    assertThat(other.acknowledged()).isEqualTo(one.acknowledged());
  }

  @ParameterizedTest
  @MethodSource("dev.flashq.cluster.simulation.PlantedBugs#all")
  @Execution(CONCURRENT)
  void aPlantedBugIsCaught(PlantedBugs bug) {
    var seen = new ArrayList<String>();
    for (long seed = 1; seed <= SEEDS_PER_BUG; seed++) {
      Result result = runs.run(bug.plan(seed), bug.make(), false);
      Violation violation = result.violation();
      if (violation != null && bug.isCaughtBy(violation)) {
        return;
      }
      if (violation != null) {
        seen.add(violation.getMessage());
      }
    }
    fail(bug + " was not caught in " + SEEDS_PER_BUG + " seeds, but: " + seen);
  }

  @Test
  @Execution(CONCURRENT)
  void aFailedRunIsMadeSmaller() {
    PlantedBugs bug = DeliveryBugs.LEASES_IGNORED;
    Result failed = firstFailure(bug);
    Result small = new Shrinker(plan -> runs.run(plan, bug.make(), false)).shrink(failed);

    assertThat(promise(small)).isEqualTo(promise(failed));
    assertThat(size(small.plan())).isLessThan(size(failed.plan()));
  }

  private static String promise(Result result) {
    return requireNonNull(result.violation()).promise();
  }

  private static long size(Plan plan) {
    return 1000L * plan.faults().size() + 1000L * plan.load().clients() + plan.chaosMs();
  }

  private Result firstFailure(PlantedBugs bug) {
    for (long seed = 1; ; seed++) {
      Result result = runs.run(bug.plan(seed), bug.make(), false);
      if (result.violation() != null && bug.isCaughtBy(result.violation())) {
        return result;
      }
    }
  }
}
