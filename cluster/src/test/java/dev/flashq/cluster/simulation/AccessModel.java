package dev.flashq.cluster.simulation;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.ErrorCode.ROLE_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.TOKEN_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;
import static dev.flashq.protocol.ErrorCode.WRONG_STATE;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who may do what, after the words of docs/SECURITY.md and without any code of the engine. */
final class AccessModel {
  private static final class Holder {
    final String name;
    final ByteString hash;
    final boolean certificate;
    final List<String> roles;
    final Map<String, List<Permission>> listings = new TreeMap<>();
    long endsAt;
    boolean active = true;

    Holder(String name, ByteString hash, boolean certificate, List<String> roles, long endsAt) {
      this.name = name;
      this.hash = hash;
      this.certificate = certificate;
      this.roles = roles;
      this.endsAt = endsAt;
    }

    boolean isMadeToken(String called) {
      return active && !certificate && listings.isEmpty() && name.equals(called);
    }
  }

  private final TreeMap<Long, Holder> holders = new TreeMap<>();
  private final Map<String, Role> roles = new HashMap<>();
  private final Map<String, Pattern> patterns = new HashMap<>();
  private final QuotaModel quotas = new QuotaModel(this::matches);
  private @Nullable AuditPolicy policy;
  private long lastNumber;
  private int level;
  private int levelOfEntry;

  /** The level that is reached holds from the next entry on. */
  void beginEntry(long now) {
    levelOfEntry = level;
    quotas.beginEntry(now, level);
  }

  int level() {
    return levelOfEntry;
  }

  QuotaModel quotas() {
    return quotas;
  }

  /** What is recorded by the rules of an entry. */
  PolicyModel policy() {
    return new PolicyModel(levelOfEntry, policy, guarded(), this::matches);
  }

  /** What is recorded from now on. */
  PolicyModel policyAfterEntry() {
    return new PolicyModel(level, policy, guarded(), this::matches);
  }

  private boolean guarded() {
    return lastNumber > 0;
  }

  /** The roles of somebody that there are. */
  List<String> roles(Principal who) {
    Holder holder = holder(who);
    return holder == null ? List.of() : holder.roles.stream().filter(roles::containsKey).toList();
  }

  /** Why nothing at all is done for somebody; null: something may be. */
  @Nullable ErrorCode refusal(Principal who) {
    if (!asks(who) || holder(who) != null) {
      return null;
    }
    return who.credential() != 0 || who.isAnonymous() ? UNAUTHENTICATED : SERVICE_UNAVAILABLE;
  }

  private boolean asks(Principal who) {
    return levelOfEntry >= FeatureLevel.ACCESS && guarded() && !who.isSystem();
  }

  private @Nullable Holder holder(Principal who) {
    Holder holder = holders.get(who.credential());
    return holder == null || !holder.active ? null : holder;
  }

  /**
   * @param queue null: the cluster
   */
  boolean permits(Principal who, Operation operation, @Nullable String queue) {
    if (!asks(who)) {
      return true;
    }
    Holder holder = holder(who);
    return holder != null
        && permissions(holder, true).noneMatch(denied -> covers(denied, operation, queue))
        && permissions(holder, false).anyMatch(allowed -> covers(allowed, operation, queue));
  }

  boolean permitsAny(Principal who, List<Operation> operations, @Nullable String queue) {
    return operations.stream().anyMatch(operation -> permits(who, operation, queue));
  }

  private Stream<Permission> permissions(Holder holder, boolean denied) {
    var all = new ArrayList<Permission>();
    for (String name : holder.roles) {
      Role role = roles.get(name);
      if (role != null) {
        all.addAll(denied ? role.deny() : role.allow());
      }
    }
    if (!denied) {
      holder.listings.values().forEach(all::addAll);
    }
    return all.stream();
  }

  private boolean covers(Permission permission, Operation operation, @Nullable String queue) {
    return (permission.every() || permission.operations().contains(operation))
        && permission.queues().stream()
            .anyMatch(pattern -> queue == null ? pattern.equals("*") : matches(pattern, queue));
  }

  private boolean matches(String pattern, String queue) {
    return patterns
        .computeIfAbsent(
            pattern,
            text ->
                Pattern.compile(
                    Arrays.stream(text.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*"))))
        .matcher(queue)
        .matches();
  }

  /** Carries out a command that is about rules; answers why it is refused, null when it is not. */
  @Nullable ErrorCode carryOut(Command command, long now) {
    return switch (command) {
      case Command.RaiseFeatureLevel(int to) -> done(() -> level = to);
      case Command.PutRole(Role role) -> done(() -> roles.put(role.name(), role));
      case Command.DropRole(String name) -> roles.remove(name) == null ? ROLE_NOT_FOUND : null;
      case Command.CreateToken c -> create(c);
      case Command.RotateToken c -> rotate(c, now);
      case Command.ExpireToken(String name, long at) -> expire(name, at, now);
      case Command.RevokeToken(String name) -> revoke(name);
      case Command.BindCertificate c -> bind(c);
      case Command.ListTokens c -> done(() -> list(c));
      case Command.SetQuota(Quota quota) -> done(() -> quotas.set(quota));
      case Command.SetAuditPolicy(AuditPolicy said) -> done(() -> policy = said);
      case Command.Tick _ -> done(() -> expire(now));
      default -> null;
    };
  }

  private static @Nullable ErrorCode done(Runnable action) {
    action.run();
    return null;
  }

  private void add(Holder holder) {
    holders.put(++lastNumber, holder);
  }

  private List<Holder> made(String name) {
    return holders.values().stream().filter(holder -> holder.isMadeToken(name)).toList();
  }

  private List<Holder> activeNamed(String name) {
    return holders.values().stream()
        .filter(holder -> holder.active && !holder.certificate && holder.name.equals(name))
        .toList();
  }

  private boolean isKnown(ByteString hash) {
    return holders.values().stream()
        .anyMatch(holder -> !holder.certificate && holder.hash.equals(hash));
  }

  private @Nullable ErrorCode create(Command.CreateToken command) {
    if (!activeNamed(command.name()).isEmpty()) {
      return WRONG_STATE;
    }
    if (!roles.keySet().containsAll(command.roles())) {
      return ROLE_NOT_FOUND;
    }
    if (isKnown(command.hash())) {
      return INVALID_REQUEST;
    }
    add(new Holder(command.name(), command.hash(), false, command.roles(), command.endsAt()));
    return null;
  }

  private @Nullable ErrorCode rotate(Command.RotateToken command, long now) {
    List<Holder> old = made(command.name());
    if (old.isEmpty()) {
      return TOKEN_NOT_FOUND;
    }
    if (isKnown(command.hash())) {
      return INVALID_REQUEST;
    }
    Holder last = old.getLast();
    add(new Holder(command.name(), command.hash(), false, last.roles, last.endsAt));
    for (Holder holder : old) {
      long until = now + command.overlapMs();
      end(holder, holder.endsAt == 0 ? until : Math.min(holder.endsAt, until), now);
    }
    return null;
  }

  private @Nullable ErrorCode expire(String name, long atMs, long now) {
    List<Holder> tokens = made(name);
    tokens.forEach(holder -> end(holder, atMs, now));
    return tokens.isEmpty() ? TOKEN_NOT_FOUND : null;
  }

  private static void end(Holder holder, long atMs, long now) {
    holder.endsAt = atMs;
    holder.active = atMs > now;
  }

  private void expire(long now) {
    for (Holder holder : holders.values()) {
      holder.active &= holder.endsAt == 0 || holder.endsAt > now;
    }
  }

  private @Nullable ErrorCode revoke(String name) {
    List<Holder> tokens = activeNamed(name);
    tokens.forEach(holder -> holder.active = false);
    return tokens.isEmpty() ? TOKEN_NOT_FOUND : null;
  }

  private @Nullable ErrorCode bind(Command.BindCertificate command) {
    if (!roles.keySet().containsAll(command.roles())) {
      return ROLE_NOT_FOUND;
    }
    holders
        .values()
        .removeIf(holder -> holder.certificate && holder.name.equals(command.subject()));
    if (!command.roles().isEmpty()) {
      add(new Holder(command.subject(), ByteString.EMPTY, true, command.roles(), 0));
    }
    return null;
  }

  /** What a member lists no more is good for nothing, unless another member lists it. */
  private void list(Command.ListTokens command) {
    holders
        .values()
        .removeIf(
            holder ->
                holder.listings.remove(command.member()) != null
                    && holder.listings.isEmpty()
                    && holder.active);
    for (ListedToken token : command.tokens()) {
      Holder known =
          holders.values().stream()
              .filter(holder -> !holder.certificate && holder.hash.equals(token.hash()))
              .findFirst()
              .orElse(null);
      if (known == null) {
        known = new Holder(token.name(), token.hash(), false, List.of(), 0);
        add(known);
      }
      known.listings.put(command.member(), token.permissions());
    }
  }

  /** What is asked of somebody who gives the command. */
  static Wanted wanted(Command command) {
    return switch (command) {
      case Command.PushJobs c -> Wanted.on(c.queue().value(), Operation.PUSH);
      case Command.PullJobs c -> Wanted.on(c.queue().value(), Operation.PULL);
      case Command.SetPaused c -> Wanted.on(c.queue().value(), Operation.ADMIN);
      case Command.SetRateLimit c -> Wanted.on(c.queue().value(), Operation.ADMIN);
      case Command.SetConcurrency c -> Wanted.on(c.queue().value(), Operation.ADMIN);
      case Command.DrainQueue c -> Wanted.on(c.queue().value(), Operation.ADMIN);
      case Command.RetryDeadJobs c -> Wanted.on(c.queue().value(), Operation.ADMIN);
      case Command.RemoveJobs c -> Wanted.on(c.queue().value(), Operation.ADMIN);
      case Command.ForgetQueue c -> Wanted.on(c.queue().value(), Operation.ADMIN);
      case Command.AckJobs c ->
          Wanted.onJobs(c.acks().stream().map(ack -> ack.claim().job().value()), Operation.ACK);
      case Command.FailJob c -> Wanted.onJob(c.claim().job().value(), Operation.FAIL);
      case Command.MoveToDelayed c -> Wanted.onJob(c.claim().job().value(), Operation.FAIL);
      case Command.ReportProgress c -> Wanted.onJob(c.claim().job().value(), Operation.PROGRESS);
      case Command.RenewLease c ->
          Wanted.onJob(c.claim().job().value(), Operation.PULL, Operation.PROGRESS);
      case Command.CancelJob c -> Wanted.onJob(c.job().value(), Operation.CANCEL);
      case Command.UpdateJob c -> Wanted.onJob(c.job().value(), Operation.ADMIN);
      case Command.ChangePriority c -> Wanted.onJob(c.job().value(), Operation.ADMIN);
      case Command.PromoteJob c -> Wanted.onJob(c.job().value(), Operation.ADMIN);
      case Command.DiscardJob c -> Wanted.onJob(c.claim().job().value(), Operation.ADMIN);
      case Command.SetSchema c when !c.queues().contains("*") ->
          Wanted.on(c.queues(), Operation.ADMIN);
      case Command.SetRetention c when !c.retention().queues().contains("*") ->
          Wanted.on(c.retention().queues(), Operation.ADMIN);
      // Some queue would do, but nobody begins one here who may not do everything.
      case Command.BeginErasure _ -> Wanted.on(null, Operation.ADMIN);
      case Command.SetRetention _,
          Command.CancelErasure _,
          Command.SetSchema _,
          Command.SetDataPolicy _,
          Command.SealQueues _,
          Command.UnsealQueues _,
          Command.DestroySubject _,
          Command.SetClock _,
          Command.CreateToken _,
          Command.RotateToken _,
          Command.ExpireToken _,
          Command.RevokeToken _,
          Command.PutRole _,
          Command.DropRole _,
          Command.BindCertificate _,
          Command.SetQuota _,
          Command.SetAuditPolicy _ ->
          Wanted.on(null, Operation.SECURITY);
      default -> Wanted.MEMBERSHIP;
    };
  }

  /**
   * @param operations one of which must be allowed; none: only members may
   * @param queue null: the cluster, or the queues of the jobs
   * @param jobs that the command names
   */
  record Wanted(List<Operation> operations, @Nullable String queue, List<Long> jobs) {
    static final Wanted MEMBERSHIP = new Wanted(List.of(), null, List.of());

    static Wanted on(@Nullable String queue, Operation operation) {
      return new Wanted(List.of(operation), queue, List.of());
    }

    static Wanted onJob(long job, Operation... operations) {
      return new Wanted(List.of(operations), null, List.of(job));
    }

    static Wanted onJobs(Stream<Long> jobs, Operation operation) {
      return new Wanted(List.of(operation), null, jobs.toList());
    }
  }

  /** Why the rules refuse the command before any job is looked at; null: they do not. */
  @Nullable ErrorCode refusal(Principal who, Wanted wanted) {
    ErrorCode unknown = refusal(who);
    if (unknown != null || levelOfEntry < FeatureLevel.ACCESS) {
      return unknown;
    }
    if (wanted.operations.isEmpty()) {
      return who.isSystem() ? null : FORBIDDEN;
    }
    return !wanted.jobs.isEmpty() || permitsAny(who, wanted.operations, wanted.queue)
        ? null
        : FORBIDDEN;
  }
}
