package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.simulation.History.Delivered;
import dev.flashq.cluster.simulation.History.Pushed;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The promises, each with how it is checked. */
final class Checks {
  private Checks() {}

  /** One promise. */
  interface Check {
    /** The run is over, and everything is well again. */
    void judge(Simulation run);

    /** A node has applied an entry. */
    default void applied(
        Simulation run, SimNode node, long index, ByteString entry, Outcome outcome) {}
  }

  static List<Check> all() {
    return List.of(
        new NothingLost(),
        new OneEffect(),
        new LeaseExclusive(),
        new UnavailableHasNoEffect(),
        new NeverEarly(),
        new Concurrency(),
        new Rate(),
        new SameState(),
        new Bounded(),
        new AccessCheck(),
        new AuditChain(),
        new DataCheck(),
        new RetentionCheck(),
        new ErasureCheck(),
        new SealCheck());
  }

  /** The job as every node has it in the end. */
  static @Nullable JobView find(Simulation run, long id) {
    return run.nodes().getFirst().ask(new Query.GetJob(new JobId(id))).job();
  }

  /** What was acknowledged is there, or was done, or somebody had it removed. */
  static final class NothingLost implements Check {
    @Override
    public void judge(Simulation run) {
      for (Pushed push : run.history().pushes()) {
        for (long id : push.ids) {
          JobView job = find(run, id);
          if (job == null && !push.mayBeGone) {
            run.violated("nothing acknowledged is lost", push + " is gone");
          }
          if (job != null && !History.data(job).equals(push.data)) {
            run.violated("nothing acknowledged is lost", push + " has data of another");
          }
          if (job != null && push.ackedUnder > 0 && job.state() != JobState.COMPLETED) {
            run.violated(
                "nothing acknowledged is lost", push + " was acknowledged and is " + job.state());
          }
        }
      }
    }
  }

  /** A push has one effect at most, however often it was repeated. */
  static final class OneEffect implements Check {
    @Override
    public void judge(Simulation run) {
      Map<String, List<Long>> jobs = new HashMap<>();
      for (Pushed push : run.history().pushes()) {
        for (Delivered delivery : push.deliveries) {
          note(jobs, push.data, delivery.job);
        }
        push.ids.forEach(id -> note(jobs, push.data, id));
      }
      long last = 0;
      for (QueueName queue : Simulation.QUEUES) {
        for (JobView job : all(run, queue)) {
          note(jobs, History.data(job), job.id().value());
          last = Math.max(last, job.id().value());
        }
      }
      jobs.forEach(
          (data, ids) -> {
            Pushed push = run.history().byData(data);
            if (push != null && ids.size() > (push.named ? 1 : push.sends)) {
              run.violated("one effect per request id", push + " has become jobs " + ids);
            }
          });
    }

    private static void note(Map<String, List<Long>> jobs, String data, long id) {
      List<Long> ids = jobs.computeIfAbsent(data, _ -> new ArrayList<>());
      if (!ids.contains(id)) {
        ids.add(id);
      }
    }

    private static List<JobView> all(Simulation run, QueueName queue) {
      var jobs = new ArrayList<JobView>();
      for (int offset = 0; ; offset += 1000) {
        List<JobView> page =
            run.nodes()
                .getFirst()
                .replica()
                .ask(Principal.SYSTEM, new Query.ListJobs(queue, null, 1000, offset))
                .jobs();
        jobs.addAll(page);
        if (page.isEmpty()) {
          return jobs;
        }
      }
    }
  }

  /**
   * One holder at a time, and nobody ends a job under a lease that somebody else has taken over.
   */
  static final class LeaseExclusive implements Check {
    private static final String PROMISE = "one holder of a lease";

    @Override
    public void judge(Simulation run) {
      for (Pushed push : run.history().pushes()) {
        Map<Long, Map<Long, Delivered>> jobs = new TreeMap<>();
        for (Delivered delivery : push.deliveries) {
          Map<Long, Delivered> leases = jobs.computeIfAbsent(delivery.job, _ -> new TreeMap<>());
          Delivered other = leases.putIfAbsent(delivery.lease, delivery);
          if (other != null && !isRepeated(other, delivery)) {
            run.violated(PROMISE, push + ": " + other + " and " + delivery);
          }
          if (push.ackedUnder > 0 && delivery.lease > push.ackedUnder) {
            run.violated(
                PROMISE, push + " was acknowledged under " + push.ackedUnder + ", but " + delivery);
          }
        }
        jobs.values().forEach(leases -> overlap(run, push, List.copyOf(leases.values())));
      }
    }

    private static boolean isRepeated(Delivered one, Delivered other) {
      return !one.requestId.isEmpty() && one.requestId.equals(other.requestId);
    }

    /** By the replicated clock the next lease begins when the one before it has ended. */
    private static void overlap(Simulation run, Pushed push, List<Delivered> leases) {
      for (int i = 0; i + 1 < leases.size(); i++) {
        Delivered before = leases.get(i);
        Delivered after = leases.get(i + 1);
        if (!before.givenUp
            && after.lease == before.lease + 1
            && after.startedAt < before.leaseUntil) {
          run.violated(PROMISE, push + ": " + before + ", then " + after);
        }
      }
    }
  }

  /** Whoever was told that the service is unavailable never sees the effect. */
  static final class UnavailableHasNoEffect implements Check {
    @Override
    public void judge(Simulation run) {
      for (Pushed push : run.history().pushes()) {
        if (push.isSaidToHaveNoEffect() && !push.deliveries.isEmpty()) {
          run.violated(
              "a refusal has no effect", push + " was refused and delivered: " + push.deliveries);
        }
      }
    }
  }

  /** A delayed job is not delivered before its time, by the clock of the world. */
  static final class NeverEarly implements Check {
    @Override
    public void judge(Simulation run) {
      if (run.clocksWrong()) {
        return;
      }
      for (Pushed push : run.history().pushes()) {
        long delay = push.options.delayMs();
        for (Delivered delivery : push.deliveries) {
          if (delay > 0 && delivery.at < push.invokedAt + delay) {
            run.violated("no delayed job is early", push + ", delay " + delay + ": " + delivery);
          }
        }
      }
    }
  }

  /** No more jobs are active than a queue's concurrency allows, as long as nobody changes it. */
  static final class Concurrency implements Check {
    private final Map<String, Query.QueueView> before = new HashMap<>();

    @Override
    public void judge(Simulation run) {}

    @Override
    public void applied(
        Simulation run, SimNode node, long index, ByteString entry, Outcome outcome) {
      for (QueueName queue : Simulation.QUEUES) {
        Query.QueueView now = node.replica().ask(Principal.SYSTEM, new Query.GetQueue(queue));
        Query.QueueView then = before.put(node.name() + "/" + node.boot() + "/" + queue, now);
        Integer limit = now.concurrency();
        if (then != null
            && limit != null
            && limit.equals(then.concurrency())
            && now.active() > Math.max(limit, then.active())) {
          run.violated(
              "limits are never exceeded",
              queue + " has " + now.active() + " active jobs, limit " + limit);
        }
      }
    }
  }

  /** No more deliveries than a queue's rate limit allows in any window, by the replicated clock. */
  static final class Rate implements Check {
    private final Map<QueueName, Deque<Long>> deliveries = new HashMap<>();
    private final Map<QueueName, Command.RateLimit> limits = new HashMap<>();
    private final Set<String> counted = new HashSet<>();
    private long seen;

    @Override
    public void judge(Simulation run) {}

    @Override
    public void applied(
        Simulation run, SimNode node, long index, ByteString entry, Outcome outcome) {
      if (index <= seen || outcome.replies().isEmpty()) {
        return;
      }
      seen = index;
      for (Reply reply : outcome.replies()) {
        if (reply instanceof Reply.Delivered(var jobs)) {
          // A repeated pull gets the same ones again.
          jobs.stream()
              .filter(job -> counted.add(job.id() + "/" + job.lease()))
              .forEach(job -> deliveries(job.queue()).addLast(job.startedAt()));
        }
      }
      Simulation.QUEUES.forEach(queue -> compare(run, node, queue));
    }

    private Deque<Long> deliveries(QueueName queue) {
      return deliveries.computeIfAbsent(queue, _ -> new ArrayDeque<>());
    }

    private void compare(Simulation run, SimNode node, QueueName queue) {
      Command.RateLimit limit =
          node.replica().ask(Principal.SYSTEM, new Query.GetQueue(queue)).rateLimit();
      Deque<Long> times = deliveries(queue);
      long last = times.isEmpty() ? 0 : times.getLast();
      if (limit == null || !limit.equals(limits.put(queue, limit))) {
        // It may have been set in the same entry: what was before does not count.
        times.clear();
        return;
      }
      while (!times.isEmpty() && times.getFirst() <= last - limit.durationMs()) {
        times.removeFirst();
      }
      if (times.size() > limit.max()) {
        run.violated(
            "limits are never exceeded",
            queue + " delivered " + times.size() + " jobs in a window of " + limit);
      }
    }
  }

  /** All replicas hold the same rows. */
  static final class SameState implements Check {
    @Override
    public void judge(Simulation run) {
      List<String> first = run.rows(run.nodes().getFirst());
      for (SimNode node : run.nodes()) {
        List<String> rows = run.rows(node);
        if (!rows.equals(first)) {
          var extra = new ArrayList<>(rows);
          extra.removeAll(first);
          run.violated(
              "same bytes on all replicas",
              node.name() + " has other rows: " + extra.subList(0, Math.min(3, extra.size())));
        }
      }
    }
  }

  /** Nothing is left of all the waiting. */
  static final class Bounded implements Check {
    @Override
    public void judge(Simulation run) {
      for (SimNode node : run.nodes()) {
        if (node.core().pendingCommands() != 0 || node.core().waitingPulls() != 0) {
          run.violated(
              "nothing is left behind",
              node.name()
                  + " has "
                  + node.core().pendingCommands()
                  + " commands and "
                  + node.core().waitingPulls()
                  + " pulls");
        }
      }
    }
  }
}
