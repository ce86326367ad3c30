package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.AccessModel.Wanted;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An audit record that must be there once, made from a command and its reply. */
final class ExpectedRecord {
  private final AuditRecord expected;
  private boolean found;

  private ExpectedRecord(AuditRecord expected) {
    this.expected = expected;
  }

  boolean isOnce(AuditRecord candidate) {
    if (found) {
      return false;
    }
    found =
        candidate.action() == expected.action()
            && candidate.refused() == expected.refused()
            && candidate.jobs().stream().distinct().toList().equals(expected.jobs())
            && candidate.subject().equals(expected.subject())
            && candidate.user().equals(expected.user())
            && candidate.address().equals(expected.address())
            && (expected.queue().isEmpty() || candidate.queue().equals(expected.queue()));
    return found;
  }

  /** Whether the command may have left the record, whatever has come of it. */
  static boolean mayBe(AuditRecord candidate, Submission submission, Wanted wanted) {
    Principal who = submission.principal();
    return candidate.action() == AuditAction.of(submission.command())
        && candidate.user().equals(who.isAnonymous() ? "" : who.name())
        && candidate.address().equals(who.address() == null ? "" : who.address())
        && candidate.subject().equals(subject(submission.command()))
        && (wanted.queue() == null || candidate.queue().equals(wanted.queue()))
        && (wanted.jobs().isEmpty()
            || wanted.jobs().containsAll(candidate.jobs().stream().map(JobId::value).toList()));
  }

  /** Null when there is nothing to record. */
  static @Nullable ExpectedRecord of(Submission submission, Reply reply, AccessModel model) {
    AuditAction action = AuditAction.of(submission.command());
    if (model.level() < FeatureLevel.AUDIT || action == null) {
      return null;
    }
    Wanted wanted = AccessModel.wanted(submission.command());
    List<JobId> named =
        submission.command() instanceof Command.NoteRead read
            ? read.jobs()
            : wanted.jobs().stream().distinct().map(JobId::new).toList();
    AuditRecord record =
        switch (reply) {
          case Reply.Refused refused -> record(submission, action, named, refused.code());
          case Reply.Done _ -> record(submission, action, named, null);
          case Reply.Pushed(var outcomes) -> pushed(submission, action, outcomes);
          case Reply.Delivered(List<JobView> jobs) ->
              jobs.isEmpty()
                  ? null
                  : record(submission, action, jobs.stream().map(JobView::id).toList(), null);
          case Reply.Acked(_, var failures) -> acked(submission, action, named, failures);
          case Reply.Begun _ -> record(submission, action, named, null);
          case Reply.Removed _ when submission.command() instanceof Command.DestroySubject ->
              record(submission, action, named, null);
          case Reply.Removed removed when submission.command() instanceof Command.EraseJobs ->
              removed.more() ? null : record(submission, action, named, null);
          case Reply.Removed removed ->
              removed.count() == 0 ? null : record(submission, action, named, null);
        };
    // A node tells of a question when it has found that it is to be recorded.
    return record != null
            && (record.refused() != null
                || action.isRead()
                || model.policy().records(action, record.queue()))
        ? new ExpectedRecord(record)
        : null;
  }

  private static @Nullable AuditRecord pushed(
      Submission submission, AuditAction action, List<Reply.PushOutcome> outcomes) {
    var jobs = new ArrayList<JobId>();
    ErrorCode first = null;
    for (Reply.PushOutcome outcome : outcomes) {
      switch (outcome) {
        case Reply.PushOutcome.Accepted(JobId job, _) -> jobs.add(job);
        case Reply.Refused refused -> first = first == null ? refused.code() : first;
      }
    }
    return record(submission, action, jobs, jobs.isEmpty() ? first : null);
  }

  private static AuditRecord acked(
      Submission submission, AuditAction action, List<JobId> named, List<Reply.Failure> failures) {
    if (failures.size() == named.size()) {
      return record(submission, action, named, failures.getFirst().refusal().code());
    }
    var jobs = new ArrayList<>(named);
    var acks = ((Command.AckJobs) submission.command()).acks();
    failures.forEach(failure -> jobs.remove(acks.get(failure.index()).claim().job()));
    return record(submission, action, jobs, null);
  }

  private static AuditRecord record(
      Submission submission, AuditAction action, List<JobId> jobs, @Nullable ErrorCode code) {
    Principal who = submission.principal();
    String queue = AccessModel.wanted(submission.command()).queue();
    return new AuditRecord(
        0,
        0,
        action,
        queue == null ? "" : queue,
        jobs,
        jobs.size(),
        0,
        code,
        subject(submission.command()),
        who.isAnonymous() ? "" : who.name(),
        who.address() == null ? "" : who.address());
  }

  private static String subject(Command command) {
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
      case Command.SetRetention c -> c.retention().queues();
      case Command.BeginErasure c ->
          c.request().field() + " in " + String.join(" ", c.request().queues());
      case Command.CancelErasure c -> Long.toString(c.number());
      case Command.EraseJobs c -> Long.toString(c.number());
      case Command.SealQueues c -> c.queues();
      case Command.UnsealQueues c -> c.queues();
      case Command.BeginRing c -> Long.toString(c.ring());
      case Command.BindCertificate c -> c.subject();
      case Command.ListTokens c -> c.member();
      default -> "";
    };
  }
}
