package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Retention;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Jobs of guests that have ended stay unless a policy lets them go, after the words of
 * docs/PROTOCOL.md: nothing else takes them away here.
 */
final class RetentionCheck implements Checks.Check {
  static final String KEPT = "no job goes that is young enough and among the latest";

  /**
   * A job that went.
   *
   * @param later others of its queue and state that ended when it did or later
   */
  private record Gone(JobView job, long clock, long later) {
    boolean mayGoBy(Retention retention) {
      boolean completed = job.state() == JobState.COMPLETED;
      long ms = completed ? retention.completedMs() : retention.deadMs();
      long count = completed ? retention.completedCount() : retention.deadCount();
      return covers(retention.queues(), job.queue())
          && ((ms > 0 && job.completedAt() <= clock - ms) || (count > 0 && later >= count));
    }

    @Override
    public String toString() {
      return "job "
          + job.id()
          + " of "
          + job.queue()
          + ", "
          + job.state()
          + " at "
          + job.completedAt()
          + ", gone at "
          + clock
          + " with "
          + later
          + " later ones";
    }
  }

  /**
   * @param replies empty: whoever proposed it did not live to see it
   */
  private record Step(Entry entry, boolean isNew, List<Gone> gone, List<Reply> replies) {}

  private final TreeMap<Long, Step> log = new TreeMap<>();
  private Map<Long, JobView> ended = new TreeMap<>();
  private long seen;
  private long clock;

  @Override
  public void applied(Simulation run, SimNode node, long index, ByteString bytes, Outcome outcome) {
    if (!run.isGuarded()) {
      return;
    }
    Step known = log.get(index);
    if (known != null && known.replies.isEmpty()) {
      log.put(index, new Step(known.entry, known.isNew, known.gone, outcome.replies()));
    }
    if (index <= seen) {
      return;
    }
    seen = index;
    Entry entry = EntryCodec.decode(bytes);
    clock = Math.max(clock, entry.proposedAtMs());
    if (entry.submissions().stream().anyMatch(RetentionCheck::matters)) {
      log.put(index, new Step(entry, outcome.isNew(), gone(node), outcome.replies()));
    }
  }

  /** Whether jobs may end by it, or go. */
  private static boolean matters(Submission submission) {
    return switch (submission.command()) {
      case Command.AckJobs _, Command.FailJob _, Command.Tick _, Command.SetRetention _ -> true;
      default -> false;
    };
  }

  /** What was there at the last look and is there no more. */
  private List<Gone> gone(SimNode node) {
    Map<Long, JobView> now = endedNow(node);
    var all = new TreeMap<>(ended);
    all.putAll(now);
    var gone = new ArrayList<Gone>();
    for (JobView job : ended.values()) {
      if (!now.containsKey(job.id().value()) && isGone(node, job.id())) {
        gone.add(new Gone(job, clock, later(job, all)));
      }
    }
    ended = now;
    return gone;
  }

  private static long later(JobView job, Map<Long, JobView> all) {
    return all.values().stream()
        .filter(other -> !other.id().equals(job.id()))
        .filter(other -> other.queue().equals(job.queue()) && other.state() == job.state())
        .filter(other -> other.completedAt() >= job.completedAt())
        .count();
  }

  private static boolean isGone(SimNode node, JobId id) {
    return node.replica().ask(Principal.SYSTEM, new Query.GetJob(id)).job() == null;
  }

  private static Map<Long, JobView> endedNow(SimNode node) {
    var jobs = new TreeMap<Long, JobView>();
    for (QueueName queue : Guest.ALL_QUEUES) {
      for (JobState state : List.of(JobState.COMPLETED, JobState.FAILED)) {
        node.replica()
            .ask(Principal.SYSTEM, new Query.ListJobs(queue, state, 10_000, 0))
            .jobs()
            .forEach(job -> jobs.put(job.id().value(), job));
      }
    }
    return jobs;
  }

  @Override
  public void judge(Simulation run) {
    // Where nobody knows whether a policy was set, all that may hold.
    Map<String, Set<Retention>> holding = new TreeMap<>();
    for (Map.Entry<Long, Step> at : log.entrySet()) {
      Step step = at.getValue();
      var allowing = new ArrayList<Retention>();
      holding.values().forEach(allowing::addAll);
      step.entry.submissions().forEach(submission -> said(submission, allowing));
      for (Gone gone : step.gone) {
        if (allowing.stream().noneMatch(gone::mayGoBy)) {
          run.violated(KEPT, "at " + at.getKey() + ": " + gone + " under " + allowing);
        }
      }
      if (step.isNew) {
        carryOut(step, holding);
      }
    }
  }

  private static void said(Submission submission, List<Retention> allowing) {
    if (submission.command() instanceof Command.SetRetention(Retention retention)) {
      allowing.add(retention);
    }
  }

  private static void carryOut(Step step, Map<String, Set<Retention>> holding) {
    List<Submission> submissions = step.entry.submissions();
    for (int i = 0; i < submissions.size(); i++) {
      if (submissions.get(i).command() instanceof Command.SetRetention(Retention retention)) {
        Set<Retention> said =
            holding.computeIfAbsent(retention.queues(), _ -> new LinkedHashSet<>());
        boolean known = i < step.replies.size();
        if (known && step.replies.get(i) instanceof Reply.Done) {
          said.clear();
        }
        if (step.replies.isEmpty() || (known && step.replies.get(i) instanceof Reply.Done)) {
          said.add(retention);
        }
      }
    }
  }

  /** Whether a pattern means a queue; a star stands for any characters. */
  static boolean covers(String pattern, QueueName queue) {
    return Pattern.matches(Pattern.quote(pattern).replace("*", "\\E.*\\Q"), queue.value());
  }
}
