package dev.flashq.statemachine.access;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.BindCertificate;
import dev.flashq.statemachine.Command.CreateToken;
import dev.flashq.statemachine.Command.DropRole;
import dev.flashq.statemachine.Command.ExpireToken;
import dev.flashq.statemachine.Command.ListTokens;
import dev.flashq.statemachine.Command.NoteUse;
import dev.flashq.statemachine.Command.PutRole;
import dev.flashq.statemachine.Command.RevokeToken;
import dev.flashq.statemachine.Command.RotateToken;
import dev.flashq.statemachine.Command.SetAccessKey;
import dev.flashq.statemachine.Command.SetQuota;
import dev.flashq.statemachine.Credential.State;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.state.proto.StateProto.CredentialRecord;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Changes who may do what. */
public final class AccessHandlers {
  private final AccessStore store;
  private final Meta meta;

  public AccessHandlers(AccessStore store, Meta meta) {
    this.store = store;
    this.meta = meta;
  }

  public Reply setKey(SetAccessKey command) {
    if (meta.accessKey().isEmpty()) {
      store.key(command.key());
    }
    return Done.DONE;
  }

  public Reply list(ListTokens command, Turn turn) {
    store.list(command.member(), command.tokens(), turn.now());
    return Done.DONE;
  }

  public Reply noteUse(NoteUse command, Turn turn) {
    command.credentials().forEach(number -> store.noteUse(number, turn.now()));
    return Done.DONE;
  }

  public Reply create(CreateToken command, Turn turn) {
    if (!activeNamed(command.name()).isEmpty()) {
      return Reason.NAME_TAKEN.refuses(command.name());
    }
    Refused refusal = refusal(command.roles(), command.hash());
    if (refusal != null) {
      return refusal;
    }
    store.add(
        token(command.name(), command.hash(), turn)
            .addAllRoles(command.roles())
            .setEndsAt(command.endsAt())
            .build());
    return Done.DONE;
  }

  private static CredentialRecord.Builder token(String name, ByteString hash, Turn turn) {
    return CredentialRecord.newBuilder().setName(name).setHash(hash).setCreatedAt(turn.now());
  }

  private @Nullable Refused refusal(List<String> roles, ByteString hash) {
    for (String role : roles) {
      if (!store.hasRole(role)) {
        return Reason.NO_ROLE.refuses(role);
      }
    }
    if (!store.all(known -> known.isToken() && known.hash().equals(hash)).isEmpty()) {
      return new Refused(ErrorCode.INVALID_REQUEST, "This token is known already");
    }
    return makeRoom() ? null : full();
  }

  private static Refused full() {
    return new Refused(
        ErrorCode.LIMIT_EXCEEDED, "The cluster keeps at most " + Limits.CREDENTIALS + " tokens");
  }

  /** Those that have ended give way, the oldest first. */
  private boolean makeRoom() {
    if (store.size() < Limits.CREDENTIALS) {
      return true;
    }
    List<StoredCredential> ended = store.all(known -> !known.isActive() && !known.isListed());
    if (ended.isEmpty()) {
      return false;
    }
    store.remove(ended.getFirst());
    return true;
  }

  public Reply rotate(RotateToken command, Turn turn) {
    List<StoredCredential> old = madeNamed(command.name());
    if (old.isEmpty()) {
      return Reason.NO_TOKEN.refuses(command.name());
    }
    Refused refusal = refusal(List.of(), command.hash());
    if (refusal != null) {
      return refusal;
    }
    long until = turn.now() + command.overlapMs();
    for (StoredCredential token : old) {
      long ends = token.row().getEndsAt();
      endAt(token, ends == 0 ? until : Math.min(ends, until), turn);
    }
    store.add(
        token(command.name(), command.hash(), turn)
            .addAllRoles(old.getLast().row().getRolesList())
            .setEndsAt(old.getLast().row().getEndsAt())
            .build());
    return Done.DONE;
  }

  public Reply expire(ExpireToken command, Turn turn) {
    List<StoredCredential> tokens = madeNamed(command.name());
    if (tokens.isEmpty()) {
      return Reason.NO_TOKEN.refuses(command.name());
    }
    tokens.forEach(token -> endAt(token, command.atMs(), turn));
    return Done.DONE;
  }

  private void endAt(StoredCredential token, long atMs, Turn turn) {
    StoredCredential ending = token.endingAt(atMs);
    store.save(atMs <= turn.now() ? ending.in(State.EXPIRED) : ending);
  }

  public Reply revoke(RevokeToken command) {
    List<StoredCredential> tokens = activeNamed(command.name());
    if (tokens.isEmpty()) {
      return Reason.NO_TOKEN.refuses(command.name());
    }
    tokens.forEach(token -> store.end(token, State.REVOKED));
    return Done.DONE;
  }

  private List<StoredCredential> activeNamed(String name) {
    return store.all(named(name));
  }

  /** Those that a command has made, not a configuration. */
  private List<StoredCredential> madeNamed(String name) {
    return store.all(named(name).and(token -> !token.isListed()));
  }

  private static Predicate<StoredCredential> named(String name) {
    return known -> known.isToken() && known.isActive() && known.name().equals(name);
  }

  /** The timer of a credential fires. */
  public void ended(long number, Turn turn) {
    StoredCredential credential = store.find(number);
    if (credential != null && credential.isActive() && credential.row().getEndsAt() <= turn.now()) {
      store.expired(credential);
    }
  }

  public Reply put(PutRole command) {
    if (!store.hasRole(command.role().name()) && store.roles() >= Limits.ROLES) {
      return new Refused(
          ErrorCode.LIMIT_EXCEEDED, "The cluster keeps at most " + Limits.ROLES + " roles");
    }
    store.put(command.role());
    return Done.DONE;
  }

  public Reply drop(DropRole command) {
    if (!store.hasRole(command.name())) {
      return Reason.NO_ROLE.refuses(command.name());
    }
    store.dropRole(command.name());
    return Done.DONE;
  }

  public Reply set(SetQuota command, Turn turn) {
    return store.limit(command.quota(), turn.now())
        ? Done.DONE
        : new Refused(
            ErrorCode.LIMIT_EXCEEDED, "The cluster keeps at most " + Limits.QUOTAS + " quotas");
  }

  public Reply bind(BindCertificate command, Turn turn) {
    for (String role : command.roles()) {
      if (!store.hasRole(role)) {
        return Reason.NO_ROLE.refuses(role);
      }
    }
    List<StoredCredential> known =
        store.all(c -> !c.isToken() && c.row().getSubject().equals(command.subject()));
    if (known.isEmpty() && !command.roles().isEmpty() && !makeRoom()) {
      return full();
    }
    known.forEach(store::remove);
    if (!command.roles().isEmpty()) {
      store.add(
          CredentialRecord.newBuilder()
              .setName(command.subject())
              .setSubject(command.subject())
              .addAllRoles(command.roles())
              .setCreatedAt(turn.now())
              .build());
    }
    return Done.DONE;
  }
}
