package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.log.EntryCodec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * When an erasure has ended, what it looked for is in no job of guests that was there before, but
 * for as many as it says that it could do nothing about; and each ends.
 */
final class ErasureCheck implements Checks.Check {
  static final String ERASED = "nothing is left of what was erased";
  static final String ENDS = "an erasure ends";

  /** What guests push and bring as results: about somebody who is looked for, and somebody else. */
  static final Payload ADA = Payload.json("{\"who\":\"ada\",\"n\":1}");

  static final Payload BOB = Payload.json("{\"who\":\"bob\"}");

  /** Takes Ada out of the queues of a pattern. */
  static Erasure.Request takesAdaOut(String queues, boolean dryRun) {
    return new Erasure.Request(
        "who",
        ByteString.copyFromUtf8("\"ada\""),
        List.of(new Erasure.Edit("who", ByteString.copyFromUtf8("\"nobody\""))),
        List.of(queues),
        List.of(),
        dryRun);
  }

  /** The jobs that were about Ada when an erasure began, by their data and by their results. */
  private record Begun(Erasure erasure, Set<JobId> byData, Set<JobId> byResult) {}

  private final Map<Long, Begun> running = new TreeMap<>();
  private long latest;
  private long seen;
  private long clock;

  @Override
  public void applied(Simulation run, SimNode node, long index, ByteString bytes, Outcome outcome) {
    if (!run.isGuarded() || index <= seen) {
      return;
    }
    seen = index;
    var entry = EntryCodec.decode(bytes);
    clock = Math.max(clock, entry.proposedAtMs());
    boolean matters =
        entry.submissions().stream()
            .anyMatch(
                submission ->
                    submission.command() instanceof Command.BeginErasure
                        || submission.command() instanceof Command.EraseJobs);
    if (matters) {
      for (Erasure erasure : erasures(node)) {
        look(run, node, erasure);
      }
    }
  }

  private static List<Erasure> erasures(SimNode node) {
    return node.replica()
        .ask(Principal.SYSTEM, new Query.ListErasures(Long.MAX_VALUE, 1_000))
        .erasures()
        .reversed();
  }

  private void look(Simulation run, SimNode node, Erasure erasure) {
    if (erasure.number() > latest) {
      latest = erasure.number();
      running.put(erasure.number(), begun(node, erasure));
    }
    Begun begun = running.get(erasure.number());
    if (begun != null && erasure.status() != Erasure.Status.RUNNING) {
      running.remove(erasure.number());
      if (erasure.status() == Erasure.Status.DONE) {
        judge(run, node, erasure, begun);
      }
    }
  }

  /** Of jobs that were pushed at that very time nobody knows whether they were before it. */
  private Begun begun(SimNode node, Erasure erasure) {
    var begun = new Begun(erasure, new HashSet<>(), new HashSet<>());
    for (QueueName queue : Guest.ALL_QUEUES) {
      if (RetentionCheck.covers(erasure.request().queues().getFirst(), queue)) {
        for (JobView job : jobs(node, queue)) {
          if (job.createdAt() < clock && isAbout(job.data())) {
            begun.byData.add(job.id());
          }
          if (isAbout(job.result())) {
            begun.byResult.add(job.id());
          }
        }
      }
    }
    return begun;
  }

  private static List<JobView> jobs(SimNode node, QueueName queue) {
    return node.replica().ask(Principal.SYSTEM, new Query.ListJobs(queue, null, 10_000, 0)).jobs();
  }

  private static boolean isAbout(@Nullable Payload payload) {
    return payload != null && payload.bytes().toStringUtf8().contains("\"ada\"");
  }

  private static void judge(Simulation run, SimNode node, Erasure erasure, Begun begun) {
    var left = new HashSet<JobId>();
    for (JobId id : begun.byData) {
      JobView job = find(node, id);
      if (job != null && isAbout(job.data())) {
        left.add(id);
      }
    }
    for (JobId id : begun.byResult) {
      JobView job = find(node, id);
      if (job != null && isAbout(job.result())) {
        left.add(id);
      }
    }
    Erasure.Counts counts = erasure.counts();
    long unable = counts.active() + counts.missed() + counts.unreadable();
    if (begun.erasure.request().dryRun() ? counts.changed() > 0 : left.size() > unable) {
      run.violated(ERASED, erasure + " is done, and of " + begun + " there is left " + left);
    }
  }

  private static @Nullable JobView find(SimNode node, JobId id) {
    return node.replica().ask(Principal.SYSTEM, new Query.GetJob(id)).job();
  }

  @Override
  public void judge(Simulation run) {
    for (Erasure erasure : erasures(run.nodes().getFirst())) {
      if (erasure.status() == Erasure.Status.RUNNING) {
        run.violated(ENDS, erasure + " does not");
      }
    }
  }
}
