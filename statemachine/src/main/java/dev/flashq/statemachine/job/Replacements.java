package dev.flashq.statemachine.job;

import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Erasure.Replacement;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.Payload;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts other data in the place of what somebody has read, if it is still there. */
public final class Replacements {
  private final JobStore jobs;
  private final Payloads payloads;

  public Replacements(JobStore jobs, Payloads payloads) {
    this.jobs = jobs;
    this.payloads = payloads;
  }

  /**
   * @param changed jobs
   * @param missed jobs
   * @param conflict a job that is not what it was, for which nothing was done at all; 0: none
   */
  public record Outcome(int changed, int missed, long conflict) {}

  /**
   * All of them, or with {@code skip} those that can be; a job that is gone needs none, nor does an
   * error or a message in whose place there is another one.
   */
  public Outcome carryOut(List<Replacement> replacements, boolean skip) {
    var fitting = new ArrayList<Replacement>(replacements.size());
    var missed = new LinkedHashSet<Long>();
    for (Replacement replacement : replacements) {
      Job job = jobs.find(replacement.job().value());
      Payload stored = job == null ? null : stored(job, replacement.part());
      if (stored != null && Erasure.hash(stored).equals(replacement.before())) {
        fitting.add(replacement);
      } else if (job != null && replacement.part().isPayload()) {
        if (!skip) {
          return new Outcome(0, 0, job.id());
        }
        missed.add(job.id());
      }
    }
    var changed = new LinkedHashSet<Long>();
    for (Replacement replacement : fitting) {
      Job job = jobs.find(replacement.job().value());
      if (job != null) {
        replace(job, replacement);
        changed.add(job.id());
      }
    }
    changed.removeAll(missed);
    return new Outcome(changed.size(), missed.size(), 0);
  }

  private @Nullable Payload stored(Job job, JobPart part) {
    return switch (part) {
      case DATA -> payloads.stored(job.id(), false);
      case RESULT -> payloads.stored(job.id(), true);
      case ERROR -> job.error() == null ? null : job.error().payload();
      case MESSAGE -> job.progressMessage() == null ? null : job.progressMessage().payload();
    };
  }

  private void replace(Job job, Replacement replacement) {
    switch (replacement.part()) {
      case DATA -> jobs.replaceData(job, replacement.after());
      case RESULT -> jobs.replaceResult(job, replacement.after());
      case ERROR -> jobs.update(job.withError(Remark.of(replacement.after())));
      case MESSAGE -> jobs.update(job.withProgress(job.progress(), Remark.of(replacement.after())));
    }
  }
}
