package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Erasure;
import java.util.List;

/** Bugs of what is sealed. */
enum SealBugs implements PlantedBugs {
  /** Nodes do not know that queues are sealed. */
  NOBODY_SEALS(SealCheck.SEALED) {
    @Override
    public PlantedBug make() {
      return Planting.engines(
          (_, engine) ->
              new EngineOf(engine) {
                @Override
                public DataRules dataRules() {
                  DataRules said = super.dataRules();
                  return new DataRules(said.version(), said.schemas(), said.policies(), List.of());
                }
              });
    }
  },
  /** The walk that seals anew passes over the first job of each step. */
  FIRST_JOB_PASSED_OVER(SealCheck.SEALED, SealCheck.OPENED) {
    @Override
    public PlantedBug make() {
      return Planting.commands(
          command ->
              command instanceof Command.ResealJobs step && !step.replacements().isEmpty()
                  ? new Command.ResealJobs(
                      step.version(),
                      step.from(),
                      step.to(),
                      step.looked(),
                      step.unreadable(),
                      others(step.replacements()),
                      step.skip())
                  : command);
    }
  };

  private static List<Erasure.Replacement> others(List<Erasure.Replacement> replacements) {
    return replacements.subList(1, replacements.size());
  }

  private final List<String> promises;

  SealBugs(String... promises) {
    this.promises = List.of(promises);
  }

  @Override
  public List<String> promises() {
    return promises;
  }

  @Override
  public Plan plan(long seed) {
    return Plan.of(3 * seed, new Plan.Profile(false, false, false));
  }
}
