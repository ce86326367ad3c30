package dev.flashq.statemachine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an audit record is about. The word is what is shown, the number stands in the state: neither
 * is ever changed or used again.
 */
public enum AuditAction {
  PUSH(1, "push"),
  PULL(2, "pull"),
  ACK(3, "ack"),
  FAIL(4, "fail"),
  PROGRESS(5, "progress"),
  HEARTBEAT(6, "heartbeat"),
  CANCEL(7, "cancel"),
  UPDATE(8, "update"),
  CHANGE_PRIORITY(9, "changePriority"),
  MOVE_TO_DELAYED(10, "moveToDelayed"),
  PROMOTE(11, "promote"),
  DISCARD(12, "discard"),
  PAUSE(13, "pause", Kind.ADMINISTRATION),
  RESUME(14, "resume", Kind.ADMINISTRATION),
  DRAIN(15, "drain", Kind.ADMINISTRATION),
  SET_RATE_LIMIT(16, "setRateLimit", Kind.ADMINISTRATION),
  CLEAR_RATE_LIMIT(17, "clearRateLimit", Kind.ADMINISTRATION),
  SET_CONCURRENCY(18, "setConcurrency", Kind.ADMINISTRATION),
  CLEAR_CONCURRENCY(19, "clearConcurrency", Kind.ADMINISTRATION),
  RETRY_DLQ(20, "retryDlq", Kind.ADMINISTRATION),
  CLEAN(21, "clean", Kind.ADMINISTRATION),
  OBLITERATE(22, "obliterate", Kind.ADMINISTRATION),
  SET_CLOCK(23, "setClock", Kind.ADMINISTRATION),
  CREATE_TOKEN(24, "createToken", Kind.ADMINISTRATION),
  ROTATE_TOKEN(25, "rotateToken", Kind.ADMINISTRATION),
  EXPIRE_TOKEN(26, "expireToken", Kind.ADMINISTRATION),
  REVOKE_TOKEN(27, "revokeToken", Kind.ADMINISTRATION),
  PUT_ROLE(28, "putRole", Kind.ADMINISTRATION),
  DROP_ROLE(29, "dropRole", Kind.ADMINISTRATION),
  BIND_CERTIFICATE(30, "bindCertificate", Kind.ADMINISTRATION),
  LIST_TOKENS(31, "listTokens", Kind.ADMINISTRATION),
  SET_AUDIT_POLICY(32, "setAuditPolicy", Kind.ADMINISTRATION),
  SET_QUOTA(33, "setQuota", Kind.ADMINISTRATION),
  SET_SCHEMA(34, "setSchema", Kind.ADMINISTRATION),
  SET_DATA_POLICY(35, "setDataPolicy", Kind.ADMINISTRATION),
  ERASE(36, "erase", Kind.ADMINISTRATION),
  CANCEL_ERASURE(37, "cancelErasure", Kind.ADMINISTRATION),
  ERASED(38, "erased", Kind.ADMINISTRATION),
  SET_RETENTION(39, "setRetention", Kind.ADMINISTRATION),
  LOGIN(40, "login", Kind.ADMINISTRATION),
  GET_JOB(41, "getJob", Kind.READ),
  GET_JOBS(42, "getJobs", Kind.READ),
  GET_DLQ(43, "getDlq", Kind.READ),
  LIST_QUEUES(44, "listQueues", Kind.READ),
  GET_ACCESS(45, "getAccess", Kind.READ),
  GET_AUDIT(46, "getAudit", Kind.READ),
  GET_DATA_RULES(47, "getDataRules", Kind.READ),
  GET_ERASURES(48, "getErasures", Kind.READ),
  SET_ENCRYPTION(50, "setEncryption", Kind.ADMINISTRATION),
  STOP_ENCRYPTION(51, "stopEncryption", Kind.ADMINISTRATION),
  DESTROY_KEYS(52, "destroyKeys", Kind.ADMINISTRATION),
  DESTROY_SUBJECT(53, "destroySubject", Kind.ADMINISTRATION),
  BEGIN_RING(54, "beginRing", Kind.ADMINISTRATION),
  GET_ENCRYPTION(55, "getEncryption", Kind.READ);

  private enum Kind {
    WORK,
    /** Recorded whatever the policy says. */
    ADMINISTRATION,
    /** Recorded only where the policy names it, and when it is refused. */
    READ
  }

  private static final List<AuditAction> ALL = List.of(values());

  private final int number;
  private final String word;
  private final Kind kind;

  AuditAction(int number, String word) {
    this(number, word, Kind.WORK);
  }

  AuditAction(int number, String word, Kind kind) {
    this.number = number;
    this.word = word;
    this.kind = kind;
  }

  public int number() {
    return number;
  }

  public String word() {
    return word;
  }

  /** Whether it is recorded whatever the policy says. */
  public boolean isAdministrative() {
    return kind == Kind.ADMINISTRATION;
  }

  /** Whether it changes nothing: recorded where the policy names it, and when it is refused. */
  public boolean isRead() {
    return kind == Kind.READ;
  }

  /** The feature level from which on members know it. */
  public int level() {
    return switch (this) {
      case ERASE, CANCEL_ERASURE, ERASED, SET_RETENTION, GET_ERASURES -> FeatureLevel.PRIVACY;
      case SET_ENCRYPTION,
          STOP_ENCRYPTION,
          DESTROY_KEYS,
          DESTROY_SUBJECT,
          BEGIN_RING,
          GET_ENCRYPTION ->
          FeatureLevel.SEALING;
      case SET_SCHEMA, SET_DATA_POLICY, GET_DATA_RULES -> FeatureLevel.DATA_RULES;
      default -> number <= SET_AUDIT_POLICY.number ? FeatureLevel.AUDIT : FeatureLevel.AUDIT_HEADS;
    };
  }

  public static @Nullable AuditAction of(int number) {
    for (AuditAction action : ALL) {
      if (action.number == number) {
        return action;
      }
    }
    return null;
  }

  public static @Nullable AuditAction of(String word) {
    for (AuditAction action : ALL) {
      if (action.word.equals(word)) {
        return action;
      }
    }
    return null;
  }

  /** What the command is recorded as; null when it is a duty of the cluster and never recorded. */
  public static @Nullable AuditAction of(Command command) {
    return switch (command) {
      case Command.PushJobs _ -> PUSH;
      case Command.PullJobs _ -> PULL;
      case Command.AckJobs _ -> ACK;
      case Command.FailJob _ -> FAIL;
      case Command.ReportProgress _ -> PROGRESS;
      case Command.RenewLease _ -> HEARTBEAT;
      case Command.CancelJob _ -> CANCEL;
      case Command.UpdateJob _ -> UPDATE;
      case Command.ChangePriority _ -> CHANGE_PRIORITY;
      case Command.MoveToDelayed _ -> MOVE_TO_DELAYED;
      case Command.PromoteJob _ -> PROMOTE;
      case Command.DiscardJob _ -> DISCARD;
      case Command.SetPaused(_, boolean paused) -> paused ? PAUSE : RESUME;
      case Command.DrainQueue _ -> DRAIN;
      case Command.SetRateLimit c -> c.limit() == null ? CLEAR_RATE_LIMIT : SET_RATE_LIMIT;
      case Command.SetConcurrency c -> c.limit() == null ? CLEAR_CONCURRENCY : SET_CONCURRENCY;
      case Command.RetryDeadJobs _ -> RETRY_DLQ;
      case Command.RemoveJobs _, Command.CleanQueues _ -> CLEAN;
      case Command.ForgetQueue _ -> OBLITERATE;
      case Command.SetClock _ -> SET_CLOCK;
      case Command.CreateToken _ -> CREATE_TOKEN;
      case Command.RotateToken _ -> ROTATE_TOKEN;
      case Command.ExpireToken _ -> EXPIRE_TOKEN;
      case Command.RevokeToken _ -> REVOKE_TOKEN;
      case Command.PutRole _ -> PUT_ROLE;
      case Command.DropRole _ -> DROP_ROLE;
      case Command.BindCertificate _ -> BIND_CERTIFICATE;
      case Command.ListTokens _ -> LIST_TOKENS;
      case Command.SetAuditPolicy _ -> SET_AUDIT_POLICY;
      case Command.SetQuota _ -> SET_QUOTA;
      case Command.SetSchema _ -> SET_SCHEMA;
      case Command.SetDataPolicy _ -> SET_DATA_POLICY;
      case Command.SetRetention _ -> SET_RETENTION;
      case Command.BeginErasure _ -> ERASE;
      case Command.CancelErasure _ -> CANCEL_ERASURE;
      case Command.EraseJobs _ -> ERASED;
      case Command.NoteRead c -> c.action();
      case Command.SealQueues c -> c.destroy() ? DESTROY_KEYS : SET_ENCRYPTION;
      case Command.UnsealQueues _ -> STOP_ENCRYPTION;
      case Command.DestroySubject _ -> DESTROY_SUBJECT;
      case Command.BeginRing _ -> BEGIN_RING;
      case Command.ReleaseJobs _,
          Command.Tick _,
          Command.ExtendLeases _,
          Command.RaiseFeatureLevel _,
          Command.SetAccessKey _,
          Command.NoteUse _,
          Command.NoteLogins _,
          Command.NoteExported _,
          Command.AddKeys _,
          Command.RewrapKeys _,
          Command.ResealJobs _,
          Command.SetAuditKey _,
          Command.SignAuditHead _ ->
          null;
    };
  }

  /** What the question is recorded as; null when it is a part of another, and never recorded. */
  public static @Nullable AuditAction of(Query<?> query) {
    return switch (query) {
      case Query.GetJob _, Query.GetJobByCustomId _, Query.GetJobs _, Query.WaitForJob _ -> GET_JOB;
      case Query.ListJobs _ -> GET_JOBS;
      case Query.ListDeadJobs _ -> GET_DLQ;
      case Query.GetQueue _, Query.ListQueues _, Query.GetStats _ -> LIST_QUEUES;
      case Query.ListCredentials _, Query.ListRoles _, Query.ListQuotas _, Query.CheckAccess _ ->
          GET_ACCESS;
      case Query.ListAudit _, Query.ListAuditBlocks _, Query.GetAuditPolicy _ -> GET_AUDIT;
      case Query.ListSchemas _, Query.ListDataPolicies _, Query.ListRetentions _ -> GET_DATA_RULES;
      case Query.ListErasures _ -> GET_ERASURES;
      case Query.GetSealing _ -> GET_ENCRYPTION;
      case Query.GetPayloads _,
          Query.IsAnswered _,
          Query.QueuesOf _,
          Query.NextErasure _,
          Query.SubjectKeys _,
          Query.KeysToRewrap _,
          Query.NextReseal _ ->
          null;
    };
  }
}
