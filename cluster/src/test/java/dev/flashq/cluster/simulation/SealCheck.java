package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.Submission;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * What is pushed into a sealed queue stands in the log sealed; in the end every node opens all that
 * there is, all that is in sealed queues is sealed, and no member has another ring key than that of
 * the cluster.
 */
final class SealCheck implements Checks.Check {
  static final String SEALED = "nothing of a sealed queue stands in the clear";
  static final String OPENED = "every member opens what is sealed";
  static final String RING = "every member has the ring key, and no other";

  private record Step(List<Submission> submissions, List<Reply> replies, List<Namespace> after) {}

  private final TreeMap<Long, Step> log = new TreeMap<>();

  @Override
  public void applied(Simulation run, SimNode node, long index, ByteString bytes, Outcome outcome) {
    if (!run.hasLocksmith()) {
      return;
    }
    Step known = log.get(index);
    if (known == null || known.replies.isEmpty()) {
      log.put(
          index,
          new Step(
              outcome.isNew() ? EntryCodec.decode(bytes).submissions() : List.of(),
              outcome.replies(),
              known == null ? node.replica().dataRules().namespaces() : known.after));
    }
  }

  @Override
  public void judge(Simulation run) {
    if (!run.hasLocksmith()) {
      return;
    }
    List<Namespace> before = List.of();
    for (Step step : log.values()) {
      for (int i = 0; i < Math.min(step.submissions.size(), step.replies.size()); i++) {
        Submission submission = step.submissions.get(i);
        if (submission.command() instanceof Command.PushJobs push
            && submission.requestId() == null
            && step.replies.get(i) instanceof Reply.Pushed(var outcomes)
            && outcomes.stream().anyMatch(Reply.PushOutcome.Accepted.class::isInstance)
            && covers(before, push.queue())
            && covers(step.after, push.queue())
            && push.jobs().stream().anyMatch(job -> !job.data().isSealed())) {
          run.violated(SEALED, submission + " under " + before);
        }
      }
      before = step.after;
    }
    for (SimNode node : run.nodes()) {
      look(run, node);
    }
  }

  private static boolean covers(List<Namespace> namespaces, QueueName queue) {
    return namespaces.stream().anyMatch(namespace -> namespace.covers(queue));
  }

  private static void look(Simulation run, SimNode node) {
    Query.Sealing sealing = node.ask(new Query.GetSealing());
    for (QueueName queue : Simulation.QUEUES) {
      Query<Query.Page> all = new Query.ListJobs(queue, null, 10_000, 0);
      for (JobView job : node.replica().ask(Principal.SYSTEM, all).jobs()) {
        if (covers(sealing.namespaces(), queue) && !(job.data() != null && job.data().isSealed())) {
          run.violated(SEALED, job + " under " + sealing);
        }
      }
      for (JobView job : node.ask(all).jobs()) {
        if (job.unreadable() || run.history().byData(History.data(job)) == null) {
          run.violated(OPENED, node.name() + " makes of it " + job);
        }
      }
    }
    KeyRing keys = sealing.keys();
    String id = HexFormat.of().formatHex(keys.ringId().toByteArray());
    var held = node.ringKeys().held();
    if (held.size() != 1
        || held.getFirst().number() != keys.ring()
        || !held.getFirst().id().equals(id)) {
      run.violated(RING, node.name() + " has " + held + ", and the cluster " + keys.ring());
    }
  }
}
