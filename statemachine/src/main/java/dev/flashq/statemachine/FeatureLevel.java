package dev.flashq.statemachine;

/**
 * What the members of a cluster can do together. Commands, fields and behaviours that are new are
 * used from the level on that brings them, which is reached when all members have said that they
 * understand it. A level is never left again.
 */
public final class FeatureLevel {
  /** Brings {@link Command.ExtendLeases} and {@link Command.SetClock}. */
  public static final int LOST_TIME = 1;

  /** Brings credentials and roles, and asks them of every command. */
  public static final int ACCESS = 2;

  /** Brings the audit trail. */
  public static final int AUDIT = 3;

  /** Brings quotas. */
  public static final int QUOTAS = 4;

  /** Signs heads of the audit trail, brings logins and reads into it, and writes it out. */
  public static final int AUDIT_HEADS = 4;

  /** Brings schemas and policies for data, and cleans many queues. */
  public static final int DATA_RULES = 5;

  /** A group whose only job gets another priority keeps its turn. */
  public static final int KEPT_TURNS = 5;

  /** Erases, and brings policies for what is kept of jobs that have ended. */
  public static final int PRIVACY = 6;

  /** Seals payloads. */
  public static final int SEALING = 6;

  /** The greatest level that this version understands. */
  public static final int CURRENT = PRIVACY;

  private FeatureLevel() {}

  /** The level from which on the command may be proposed. */
  public static int of(Command command) {
    return switch (command) {
      case Command.ExtendLeases _, Command.SetClock _ -> LOST_TIME;
      case Command.SetAccessKey _,
          Command.ListTokens _,
          Command.NoteUse _,
          Command.CreateToken _,
          Command.RotateToken _,
          Command.ExpireToken _,
          Command.RevokeToken _,
          Command.PutRole _,
          Command.DropRole _,
          Command.BindCertificate _ ->
          ACCESS;
      case Command.SetAuditPolicy(AuditPolicy policy) -> policy.level();
      case Command.NoteRead note -> note.action().level();
      case Command.NoteLogins _,
          Command.NoteExported _,
          Command.SetAuditKey _,
          Command.SignAuditHead _ ->
          AUDIT_HEADS;
      case Command.SetQuota _ -> QUOTAS;
      case Command.SetDataPolicy(DataPolicy policy) -> policy.noNames() ? SEALING : DATA_RULES;
      case Command.SetSchema _, Command.CleanQueues _ -> DATA_RULES;
      case Command.SetRetention _,
          Command.BeginErasure _,
          Command.CancelErasure _,
          Command.EraseJobs _ ->
          PRIVACY;
      case Command.SealQueues _,
          Command.UnsealQueues _,
          Command.DestroySubject _,
          Command.AddKeys _,
          Command.BeginRing _,
          Command.RewrapKeys _,
          Command.ResealJobs _ ->
          SEALING;
      case Command.PushJobs _,
          Command.PullJobs _,
          Command.AckJobs _,
          Command.FailJob _,
          Command.ReportProgress _,
          Command.RenewLease _,
          Command.CancelJob _,
          Command.UpdateJob _,
          Command.ChangePriority _,
          Command.MoveToDelayed _,
          Command.PromoteJob _,
          Command.DiscardJob _,
          Command.SetPaused _,
          Command.DrainQueue _,
          Command.SetRateLimit _,
          Command.SetConcurrency _,
          Command.ReleaseJobs _,
          Command.Tick _,
          Command.RaiseFeatureLevel _,
          Command.RetryDeadJobs _,
          Command.RemoveJobs _,
          Command.ForgetQueue _ ->
          0;
    };
  }
}
