package dev.flashq.statemachine.log;

import dev.flashq.protocol.log.LogProto.LoggedCommand;
import dev.flashq.statemachine.Command;

/** The numbers of commands: those of their fields in the log. */
public final class CommandNumbers {
  private CommandNumbers() {}

  public static int of(Command command) {
    return switch (command) {
      case Command.PushJobs _ -> LoggedCommand.PUSH_JOBS_FIELD_NUMBER;
      case Command.PullJobs _ -> LoggedCommand.PULL_JOBS_FIELD_NUMBER;
      case Command.AckJobs _ -> LoggedCommand.ACK_JOBS_FIELD_NUMBER;
      case Command.FailJob _ -> LoggedCommand.FAIL_JOB_FIELD_NUMBER;
      case Command.ReportProgress _ -> LoggedCommand.REPORT_PROGRESS_FIELD_NUMBER;
      case Command.RenewLease _ -> LoggedCommand.RENEW_LEASE_FIELD_NUMBER;
      case Command.CancelJob _ -> LoggedCommand.CANCEL_JOB_FIELD_NUMBER;
      case Command.UpdateJob _ -> LoggedCommand.UPDATE_JOB_FIELD_NUMBER;
      case Command.ChangePriority _ -> LoggedCommand.CHANGE_PRIORITY_FIELD_NUMBER;
      case Command.MoveToDelayed _ -> LoggedCommand.MOVE_TO_DELAYED_FIELD_NUMBER;
      case Command.PromoteJob _ -> LoggedCommand.PROMOTE_JOB_FIELD_NUMBER;
      case Command.DiscardJob _ -> LoggedCommand.DISCARD_JOB_FIELD_NUMBER;
      case Command.SetPaused _ -> LoggedCommand.SET_PAUSED_FIELD_NUMBER;
      case Command.DrainQueue _ -> LoggedCommand.DRAIN_QUEUE_FIELD_NUMBER;
      case Command.SetRateLimit _ -> LoggedCommand.SET_RATE_LIMIT_FIELD_NUMBER;
      case Command.SetConcurrency _ -> LoggedCommand.SET_CONCURRENCY_FIELD_NUMBER;
      case Command.ReleaseJobs _ -> LoggedCommand.RELEASE_JOBS_FIELD_NUMBER;
      case Command.Tick _ -> LoggedCommand.TICK_FIELD_NUMBER;
      case Command.RaiseFeatureLevel _ -> LoggedCommand.RAISE_FEATURE_LEVEL_FIELD_NUMBER;
      case Command.RetryDeadJobs _ -> LoggedCommand.RETRY_DEAD_JOBS_FIELD_NUMBER;
      case Command.RemoveJobs _ -> LoggedCommand.REMOVE_JOBS_FIELD_NUMBER;
      case Command.ForgetQueue _ -> LoggedCommand.FORGET_QUEUE_FIELD_NUMBER;
      case Command.ExtendLeases _ -> LoggedCommand.EXTEND_LEASES_FIELD_NUMBER;
      case Command.SetClock _ -> LoggedCommand.SET_CLOCK_FIELD_NUMBER;
      case Command.SetAccessKey _ -> LoggedCommand.SET_ACCESS_KEY_FIELD_NUMBER;
      case Command.ListTokens _ -> LoggedCommand.LIST_TOKENS_FIELD_NUMBER;
      case Command.NoteUse _ -> LoggedCommand.NOTE_USE_FIELD_NUMBER;
      case Command.CreateToken _ -> LoggedCommand.CREATE_TOKEN_FIELD_NUMBER;
      case Command.RotateToken _ -> LoggedCommand.ROTATE_TOKEN_FIELD_NUMBER;
      case Command.ExpireToken _ -> LoggedCommand.EXPIRE_TOKEN_FIELD_NUMBER;
      case Command.RevokeToken _ -> LoggedCommand.REVOKE_TOKEN_FIELD_NUMBER;
      case Command.PutRole _ -> LoggedCommand.PUT_ROLE_FIELD_NUMBER;
      case Command.DropRole _ -> LoggedCommand.DROP_ROLE_FIELD_NUMBER;
      case Command.SetAuditPolicy _ -> LoggedCommand.SET_AUDIT_POLICY_FIELD_NUMBER;
      case Command.SetQuota _ -> LoggedCommand.SET_QUOTA_FIELD_NUMBER;
      case Command.SetSchema _ -> LoggedCommand.SET_SCHEMA_FIELD_NUMBER;
      case Command.SetDataPolicy _ -> LoggedCommand.SET_DATA_POLICY_FIELD_NUMBER;
      case Command.CleanQueues _ -> LoggedCommand.CLEAN_QUEUES_FIELD_NUMBER;
      case Command.SetRetention _ -> LoggedCommand.SET_RETENTION_FIELD_NUMBER;
      case Command.BeginErasure _ -> LoggedCommand.BEGIN_ERASURE_FIELD_NUMBER;
      case Command.CancelErasure _ -> LoggedCommand.CANCEL_ERASURE_FIELD_NUMBER;
      case Command.EraseJobs _ -> LoggedCommand.ERASE_JOBS_FIELD_NUMBER;
      case Command.SealQueues _ -> LoggedCommand.SEAL_QUEUES_FIELD_NUMBER;
      case Command.UnsealQueues _ -> LoggedCommand.UNSEAL_QUEUES_FIELD_NUMBER;
      case Command.DestroySubject _ -> LoggedCommand.DESTROY_SUBJECT_FIELD_NUMBER;
      case Command.AddKeys _ -> LoggedCommand.ADD_KEYS_FIELD_NUMBER;
      case Command.BeginRing _ -> LoggedCommand.BEGIN_RING_FIELD_NUMBER;
      case Command.RewrapKeys _ -> LoggedCommand.REWRAP_KEYS_FIELD_NUMBER;
      case Command.ResealJobs _ -> LoggedCommand.RESEAL_JOBS_FIELD_NUMBER;
      case Command.SetAuditKey _ -> LoggedCommand.SET_AUDIT_KEY_FIELD_NUMBER;
      case Command.SignAuditHead _ -> LoggedCommand.SIGN_AUDIT_HEAD_FIELD_NUMBER;
      case Command.NoteRead _ -> LoggedCommand.NOTE_READ_FIELD_NUMBER;
      case Command.NoteExported _ -> LoggedCommand.NOTE_EXPORTED_FIELD_NUMBER;
      case Command.NoteLogins _ -> LoggedCommand.NOTE_LOGINS_FIELD_NUMBER;
      case Command.BindCertificate _ -> LoggedCommand.BIND_CERTIFICATE_FIELD_NUMBER;
    };
  }
}
