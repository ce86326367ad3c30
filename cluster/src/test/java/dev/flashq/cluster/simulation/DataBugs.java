package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.log.Submission;
import java.util.List;

/** Bugs of what may be in data. */
enum DataBugs implements PlantedBugs {
  /** Nobody asks by which rules a node has looked. */
  OLD_INSPECTIONS_TAKEN {
    @Override
    public PlantedBug make() {
      return Planting.submissions(
          (engine, submission) ->
              Inspection.isOf(submission.command())
                  ? new Submission(
                      submission.principal(),
                      submission.requestId(),
                      submission.command(),
                      new Inspection(engine.dataRules().version(), submission.inspection().flaws()))
                  : submission);
    }
  };

  @Override
  public List<String> promises() {
    return List.of(DataCheck.KEPT, DataCheck.RIGHT);
  }

  @Override
  public Plan plan(long seed) {
    // Many guests and a slow network: nodes often look by rules that hold no more.
    var slow = new Fault(500, Fault.Kind.SLOW_NETWORK, 0, 8_000, 60);
    return Planting.guarded(seed).with(new Plan.Load(1, 1, 0, false, 12)).with(List.of(slow));
  }
}
