package dev.flashq.statemachine.job;

import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.Command.AckJobs;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Acked;
import dev.flashq.statemachine.Reply.Failure;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;
import java.util.LinkedHashSet;

/** Completes active jobs, each for the holder of its lease. */
public final class AckJobsHandler {
  private final JobStore jobs;
  private final Lifecycle lifecycle;

  public AckJobsHandler(JobStore jobs, Lifecycle lifecycle) {
    this.jobs = jobs;
    this.lifecycle = lifecycle;
  }

  public Reply handle(AckJobs command, Turn turn) {
    var failures = new ArrayList<Failure>(0);
    var named = new LinkedHashSet<JobId>();
    for (int i = 0; i < command.acks().size(); i++) {
      Ack ack = command.acks().get(i);
      if (!named.add(ack.claim().job())) {
        continue;
      }
      switch (Claims.check(jobs, ack.claim(), Reason.UNKNOWN, turn)) {
        case Claims.Check.Holds(Job job, JobStatus.Active active) -> {
          Refused flaw = turn.flaw(i);
          if (flaw == null) {
            lifecycle.complete(job, active, ack.result(), turn);
          } else {
            failures.add(new Failure(i, flaw));
          }
        }
        case Claims.Check.Fails(Refused refusal) -> {
          if (!isRepeated(ack, turn)) {
            failures.add(new Failure(i, refusal));
          }
        }
      }
    }
    return new Acked(named.size() - failures.size(), failures);
  }

  /** The same holder says again what it has said: the answer was lost, not the lease. */
  private boolean isRepeated(Ack ack, Turn turn) {
    return Named.find(jobs, ack.claim().job(), Reason.UNKNOWN, turn)
            instanceof Named.Found.Is(Job job)
        && job.status() instanceof JobStatus.Completed
        && ack.claim().lease() != 0
        && ack.claim().lease() == job.deliveries();
  }
}
