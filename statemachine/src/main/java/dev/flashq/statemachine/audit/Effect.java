package dev.flashq.statemachine.audit;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a command has come to.
 *
 * @param jobs that it was done to, or that came of it
 * @param count of jobs, also where they are not named
 * @param failed items that were refused
 * @param refused why nothing of it was done; null: something was
 */
record Effect(List<JobId> jobs, int count, int failed, @Nullable Refused refused) {

  /** Null when there was nothing to do. */
  static @Nullable Effect of(Command command, Reply reply) {
    return switch (reply) {
      case Refused refused -> new Effect(named(command), 0, 0, refused);
      case Reply.Done _ -> new Effect(named(command), count(command), 0, null);
      case Reply.Pushed(List<Reply.PushOutcome> outcomes) -> pushed(outcomes);
      case Reply.Delivered delivered ->
          delivered.jobs().isEmpty()
              ? null
              : done(delivered.jobs().stream().map(job -> job.id()).toList(), 0);
      case Reply.Acked acked -> acked(command, acked);
      case Reply.Begun _ -> new Effect(List.of(), 0, 0, null);
      case Reply.Removed removed when command instanceof Command.DestroySubject ->
          new Effect(List.of(), removed.count(), 0, null);
      case Reply.Removed removed when command instanceof Command.EraseJobs ->
          removed.more() ? null : new Effect(List.of(), removed.count(), 0, null);
      case Reply.Removed removed ->
          removed.count() == 0 ? null : new Effect(named(command), removed.count(), 0, null);
    };
  }

  /** Whether nothing came of it but refusals. */
  static boolean isRefused(Reply reply) {
    return switch (reply) {
      case Refused _ -> true;
      case Reply.Pushed(List<Reply.PushOutcome> outcomes) ->
          !outcomes.isEmpty() && outcomes.stream().allMatch(Refused.class::isInstance);
      case Reply.Acked acked -> acked.count() == 0 && !acked.failures().isEmpty();
      case Reply.Done _, Reply.Delivered _, Reply.Removed _, Reply.Begun _ -> false;
    };
  }

  private static int count(Command command) {
    return command instanceof Command.NoteRead read ? read.count() : named(command).size();
  }

  private static Effect done(List<JobId> jobs, int failed) {
    return new Effect(jobs, jobs.size(), failed, null);
  }

  private static @Nullable Effect pushed(List<Reply.PushOutcome> outcomes) {
    var jobs = new ArrayList<JobId>(outcomes.size());
    Refused first = null;
    for (Reply.PushOutcome outcome : outcomes) {
      switch (outcome) {
        case Reply.PushOutcome.Accepted accepted -> jobs.add(accepted.id());
        case Refused refused -> first = first == null ? refused : first;
      }
    }
    int failed = outcomes.size() - jobs.size();
    return jobs.isEmpty() && first != null
        ? new Effect(List.of(), 0, failed, first)
        : jobs.isEmpty() ? null : done(jobs, failed);
  }

  private static @Nullable Effect acked(Command command, Reply.Acked acked) {
    if (acked.count() == 0 && !acked.failures().isEmpty()) {
      return new Effect(
          named(command), 0, acked.failures().size(), acked.failures().getFirst().refusal());
    }
    Set<JobId> jobs = new LinkedHashSet<>(named(command));
    if (command instanceof Command.AckJobs(List<Command.Ack> acks)) {
      acked.failures().forEach(failure -> jobs.remove(acks.get(failure.index()).claim().job()));
    }
    return jobs.isEmpty() ? null : done(List.copyOf(jobs), acked.failures().size());
  }

  /** Jobs that the command names. */
  private static List<JobId> named(Command command) {
    return switch (command) {
      case Command.AckJobs c -> c.acks().stream().map(ack -> ack.claim().job()).toList();
      case Command.FailJob c -> List.of(c.claim().job());
      case Command.ReportProgress c -> List.of(c.claim().job());
      case Command.RenewLease c -> List.of(c.claim().job());
      case Command.CancelJob c -> List.of(c.job());
      case Command.UpdateJob c -> List.of(c.job());
      case Command.ChangePriority c -> List.of(c.job());
      case Command.MoveToDelayed c -> List.of(c.claim().job());
      case Command.PromoteJob c -> List.of(c.job());
      case Command.DiscardJob c -> List.of(c.claim().job());
      case Command.NoteRead c -> c.jobs();
      case Command.RetryDeadJobs c -> c.job() == null ? List.of() : List.of(c.job());
      default -> List.of();
    };
  }

  /** The queue that the command names; null when it names none. */
  static @Nullable QueueName queue(Command command) {
    return switch (command) {
      case Command.PushJobs c -> c.queue();
      case Command.PullJobs c -> c.queue();
      case Command.SetPaused c -> c.queue();
      case Command.DrainQueue c -> c.queue();
      case Command.SetRateLimit c -> c.queue();
      case Command.SetConcurrency c -> c.queue();
      case Command.RetryDeadJobs c -> c.queue();
      case Command.RemoveJobs c -> c.queue();
      case Command.ForgetQueue c -> c.queue();
      case Command.NoteRead c -> c.queue();
      case Command.SetSchema c -> single(c.queues());
      case Command.SetRetention c -> single(c.retention().queues());
      default -> null;
    };
  }

  /** The queue that a pattern without a star means. */
  private static @Nullable QueueName single(String queues) {
    return queues.contains("*") ? null : new QueueName(queues);
  }

  /** The name of what it is about that is no queue and no job; empty when there is none. */
  static String subject(Command command) {
    return switch (command) {
      case Command.CreateToken c -> c.name();
      case Command.RotateToken c -> c.name();
      case Command.ExpireToken c -> c.name();
      case Command.RevokeToken c -> c.name();
      case Command.PutRole c -> c.role().name();
      case Command.DropRole c -> c.name();
      case Command.SetQuota c -> c.quota().name();
      case Command.SetSchema c -> c.queues();
      case Command.SetDataPolicy c -> c.policy().queues();
      case Command.CleanQueues c -> c.queues();
      case Command.SetRetention c -> c.retention().queues();
      case Command.BeginErasure c ->
          c.request().field() + " in " + String.join(" ", c.request().queues());
      case Command.CancelErasure c -> Long.toString(c.number());
      case Command.EraseJobs c -> Long.toString(c.number());
      case Command.SealQueues c -> c.queues();
      case Command.UnsealQueues c -> c.queues();
      case Command.DestroySubject c -> HexFormat.of().formatHex(c.hash().toByteArray());
      case Command.BeginRing c -> Long.toString(c.ring());
      case Command.BindCertificate c -> c.subject();
      case Command.ListTokens c -> c.member();
      default -> "";
    };
  }
}
