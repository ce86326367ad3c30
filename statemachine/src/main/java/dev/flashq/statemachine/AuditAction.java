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
  PAUSE(13, "pause", true),
  RESUME(14, "resume", true),
  DRAIN(15, "drain", true),
  SET_RATE_LIMIT(16, "setRateLimit", true),
  CLEAR_RATE_LIMIT(17, "clearRateLimit", true),
  SET_CONCURRENCY(18, "setConcurrency", true),
  CLEAR_CONCURRENCY(19, "clearConcurrency", true),
  RETRY_DLQ(20, "retryDlq", true),
  CLEAN(21, "clean", true),
  OBLITERATE(22, "obliterate", true),
  SET_CLOCK(23, "setClock", true),
  CREATE_TOKEN(24, "createToken", true),
  ROTATE_TOKEN(25, "rotateToken", true),
  EXPIRE_TOKEN(26, "expireToken", true),
  REVOKE_TOKEN(27, "revokeToken", true),
  PUT_ROLE(28, "putRole", true),
  DROP_ROLE(29, "dropRole", true),
  BIND_CERTIFICATE(30, "bindCertificate", true),
  LIST_TOKENS(31, "listTokens", true),
  SET_AUDIT_POLICY(32, "setAuditPolicy", true),
  LOGIN(40, "login", true);

  private static final List<AuditAction> ALL = List.of(values());

  private final int number;
  private final String word;
  private final boolean administrative;

  AuditAction(int number, String word) {
    this(number, word, false);
  }

  AuditAction(int number, String word, boolean administrative) {
    this.number = number;
    this.word = word;
    this.administrative = administrative;
  }

  public int number() {
    return number;
  }

  public String word() {
    return word;
  }

  /** Whether it is recorded whatever the policy says. */
  public boolean isAdministrative() {
    return administrative;
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
      case Command.RemoveJobs _ -> CLEAN;
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
      case Command.ReleaseJobs _,
          Command.Tick _,
          Command.ExtendLeases _,
          Command.RaiseFeatureLevel _,
          Command.SetAccessKey _,
          Command.NoteUse _,
          Command.NoteLogins _,
          Command.NoteExported _,
          Command.SetAuditKey _,
          Command.SignAuditHead _ ->
          null;
    };
  }
}
