package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Retention;
import java.util.List;

/** Bugs of what is kept of jobs, and of what is taken out of them. */
enum PrivacyBugs implements PlantedBugs {
  /** Of each step of an erasure the last job is forgotten. */
  LAST_JOB_FORGOTTEN(ErasureCheck.ERASED) {
    @Override
    public PlantedBug make() {
      return Planting.commands(
          command ->
              command instanceof Command.EraseJobs step && !step.replacements().isEmpty()
                  ? new Command.EraseJobs(
                      step.number(),
                      step.from(),
                      step.to(),
                      step.seen(),
                      step.replacements().subList(0, step.replacements().size() - 1),
                      step.skip())
                  : command);
    }
  },
  /** A leader looks at half of the jobs that a step covers. */
  HALF_IS_NOT_LOOKED_AT(ErasureCheck.ERASED) {
    @Override
    public PlantedBug make() {
      return Planting.engines(
          (_, engine) ->
              new EngineOf(engine) {
                @Override
                @SuppressWarnings("unchecked")
                public <R> R ask(Principal principal, Query<R> query) {
                  R answer = super.ask(principal, query);
                  return answer instanceof Query.ErasurePage page && !page.jobs().isEmpty()
                      ? (R)
                          new Query.ErasurePage(
                              page.erasure(),
                              page.jobs().subList(0, page.jobs().size() / 2),
                              page.to())
                      : answer;
                }
              });
    }
  },
  /** Of jobs that have ended half as many are kept, for half as long. */
  KEPT_HALF_AS_LONG(RetentionCheck.KEPT) {
    @Override
    public PlantedBug make() {
      return Planting.commands(
          command ->
              command instanceof Command.SetRetention(Retention said)
                  ? new Command.SetRetention(
                      new Retention(
                          said.queues(),
                          (said.completedMs() + 1) / 2,
                          (said.completedCount() + 1) / 2,
                          (said.deadMs() + 1) / 2,
                          (said.deadCount() + 1) / 2))
                  : command);
    }
  };

  private final String promise;

  PrivacyBugs(String promise) {
    this.promise = promise;
  }

  @Override
  public List<String> promises() {
    return List.of(promise);
  }

  @Override
  public Plan plan(long seed) {
    return Planting.guarded(seed);
  }
}
