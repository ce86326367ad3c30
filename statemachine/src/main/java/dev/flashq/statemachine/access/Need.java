package dev.flashq.statemachine.access;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply.Refused;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What somebody must be allowed who gives a command or asks a question. */
public sealed interface Need {
  /** The operation on the queue. */
  record OnQueue(Operation operation, QueueName queue) implements Need {}

  /**
   * One of the operations on the queue of each job that is named, which is known when it is found.
   */
  record OnJobs(List<Operation> operations) implements Need {}

  /** The operation on the cluster. */
  record OnCluster(Operation operation) implements Need {}

  /** The operation on some queue: others are not touched. */
  record OnSomeQueue(Operation operation) implements Need {}

  /** Nothing: only what may be seen is shown. */
  record OfWhatIsSeen() implements Need {}

  /** To be a member of the cluster. */
  record Member() implements Need {}

  Need OF_WHAT_IS_SEEN = new OfWhatIsSeen();
  Need MEMBER = new Member();
  Need SECURITY = new OnCluster(Operation.SECURITY);

  static Need of(Command command) {
    return switch (command) {
      case Command.PushJobs c -> new OnQueue(Operation.PUSH, c.queue());
      case Command.PullJobs c -> new OnQueue(Operation.PULL, c.queue());
      case Command.AckJobs _ -> onJobs(Operation.ACK);
      case Command.FailJob _, Command.MoveToDelayed _ -> onJobs(Operation.FAIL);
      case Command.ReportProgress _ -> onJobs(Operation.PROGRESS);
      case Command.RenewLease _ -> new OnJobs(List.of(Operation.PULL, Operation.PROGRESS));
      case Command.CancelJob _ -> onJobs(Operation.CANCEL);
      case Command.UpdateJob _,
          Command.ChangePriority _,
          Command.PromoteJob _,
          Command.DiscardJob _ ->
          onJobs(Operation.ADMIN);
      case Command.SetPaused c -> admin(c.queue());
      case Command.DrainQueue c -> admin(c.queue());
      case Command.SetRateLimit c -> admin(c.queue());
      case Command.SetConcurrency c -> admin(c.queue());
      case Command.RetryDeadJobs c -> admin(c.queue());
      case Command.RemoveJobs c -> admin(c.queue());
      case Command.ForgetQueue c -> admin(c.queue());
      case Command.SetClock _,
          Command.CreateToken _,
          Command.RotateToken _,
          Command.ExpireToken _,
          Command.RevokeToken _,
          Command.PutRole _,
          Command.DropRole _,
          Command.BindCertificate _,
          Command.SetAuditPolicy _,
          Command.SetQuota _ ->
          SECURITY;
      case Command.SetSchema c -> ofRules(c.queues());
      case Command.SetDataPolicy _,
          Command.SealQueues _,
          Command.UnsealQueues _,
          Command.DestroySubject _ ->
          SECURITY;
      case Command.BeginErasure _ -> new OnSomeQueue(Operation.ADMIN);
      case Command.SetRetention c -> ofRules(c.retention().queues());
      case Command.CancelErasure _ -> OF_WHAT_IS_SEEN;
      case Command.CleanQueues _ -> new OnSomeQueue(Operation.ADMIN);
      case Command.NoteRead _ -> OF_WHAT_IS_SEEN;
      case Command.ReleaseJobs _,
          Command.Tick _,
          Command.ExtendLeases _,
          Command.RaiseFeatureLevel _,
          Command.SetAccessKey _,
          Command.ListTokens _,
          Command.NoteUse _,
          Command.NoteLogins _,
          Command.NoteExported _,
          Command.EraseJobs _,
          Command.AddKeys _,
          Command.BeginRing _,
          Command.RewrapKeys _,
          Command.ResealJobs _,
          Command.SetAuditKey _,
          Command.SignAuditHead _ ->
          MEMBER;
    };
  }

  static Need of(Query<?> query) {
    return switch (query) {
      case Query.GetJob _,
          Query.GetJobByCustomId _,
          Query.GetJobs _,
          Query.WaitForJob _,
          Query.GetPayloads _ ->
          onJobs(Operation.GET_JOB);
      case Query.ListJobs(QueueName queue, _, _, _, _) ->
          queue == null ? OF_WHAT_IS_SEEN : new OnQueue(Operation.GET_JOB, queue);
      case Query.ListDeadJobs q -> admin(q.queue());
      case Query.GetQueue _, Query.ListQueues _, Query.GetStats _, Query.CheckAccess _ ->
          OF_WHAT_IS_SEEN;
      case Query.ListSchemas(QueueName queue, _, _) -> queue == null ? SECURITY : OF_WHAT_IS_SEEN;
      case Query.ListCredentials _,
          Query.ListRoles _,
          Query.ListQuotas _,
          Query.ListDataPolicies _,
          Query.ListRetentions _,
          Query.GetSealing _ ->
          SECURITY;
      case Query.ListAudit _, Query.ListAuditBlocks _, Query.GetAuditPolicy _ ->
          new OnCluster(Operation.AUDIT);
      case Query.ListErasures _ -> OF_WHAT_IS_SEEN;
      case Query.IsAnswered _,
          Query.QueuesOf _,
          Query.NextErasure _,
          Query.SubjectKeys _,
          Query.KeysToRewrap _,
          Query.NextReseal _ ->
          MEMBER;
    };
  }

  private static Need onJobs(Operation operation) {
    return new OnJobs(List.of(operation));
  }

  /** Who administers a queue says what its jobs are like; patterns are about queues of others. */
  private static Need ofRules(String queues) {
    return queues.contains("*") ? SECURITY : admin(new QueueName(queues));
  }

  private static Need admin(QueueName queue) {
    return new OnQueue(Operation.ADMIN, queue);
  }

  /** Why somebody with the grant is refused before any job is looked at; null: so far nothing. */
  default @Nullable Refused refusal(Principal principal, Grant grant) {
    return switch (this) {
      case OnQueue(Operation operation, QueueName queue) ->
          grant.allows(operation, queue) ? null : Reason.notPermitted(operation, queue);
      case OnCluster(Operation operation) ->
          grant.allowsOnCluster(operation) ? null : Reason.notPermitted(operation, null);
      case OnSomeQueue(Operation operation) ->
          grant.allowsSomewhere(operation) ? null : Reason.notPermitted(operation, null);
      case Member _ -> principal.isSystem() ? null : Reason.FOR_THE_LEADER.refuses();
      case OnJobs _, OfWhatIsSeen _ -> null;
    };
  }
}
