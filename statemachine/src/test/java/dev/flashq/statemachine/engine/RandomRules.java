package dev.flashq.statemachine.engine;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditKey;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Commands about who may do what, how much of it, and what is recorded; and who gives commands. */
final class RandomRules {
  private static final String ADMIN = "admin";
  private static final List<String> NAMES = List.of("t0", "t1", "t2");
  private static final List<String> ROLES = List.of("r0", "r1");
  private static final List<String> SUBJECTS = List.of("CN=c0", "CN=c1");
  private static final List<String> PATTERNS = List.of("*", "mail", "pay*", "*i*");
  private static final List<AuditAction> ACTIONS =
      List.of(AuditAction.PUSH, AuditAction.PULL, AuditAction.ACK, AuditAction.GET_JOB);

  private final Random random;
  private final List<ByteString> hashes = new ArrayList<>();
  private int made;

  RandomRules(Random random) {
    this.random = random;
  }

  /** What stands in front of everything, an entry each: from then on clients say who they are. */
  static List<Submission> begin() {
    return List.of(
        system(new Command.RaiseFeatureLevel(FeatureLevel.CURRENT)),
        system(new Command.SetAccessKey(ByteString.copyFromUtf8("key"))),
        system(new Command.ListTokens("m0", List.of(listed(ADMIN)))));
  }

  private static Submission system(Command command) {
    return new Submission(Principal.SYSTEM, null, command);
  }

  private static ByteString hash(String token) {
    return ByteString.copyFromUtf8(token + "-".repeat(Limits.TOKEN_HASH_BYTES - token.length()));
  }

  private static ListedToken listed(String name) {
    return new ListedToken(hash(name), name, List.of(Permission.EVERYTHING));
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** Somebody who has shown something, which may be good no more. */
  Principal client(QueueEngine engine) {
    Principal holder =
        chance(3) || hashes.isEmpty()
            ? engine.access().holder(hash(ADMIN))
            : chance(8)
                ? engine.access().holderOf(any(SUBJECTS))
                : engine.access().holder(any(hashes));
    return (holder == null ? new Principal("p1", 1 + random.nextInt(30), null) : holder)
        .at("10.0.0." + random.nextInt(3));
  }

  /** A command of the administrator, of a member, or of somebody who may not give it. */
  Submission next(QueueEngine engine, long clock) {
    if (chance(3)) {
      return system(ofMember(engine, clock));
    }
    if (chance(6)) {
      return new Submission(client(engine), null, read());
    }
    Principal admin = engine.access().holder(hash(ADMIN));
    Principal who = chance(8) || admin == null ? client(engine) : admin;
    return new Submission(who, null, ofAdministrator(clock));
  }

  private Command ofAdministrator(long clock) {
    String name = any(NAMES);
    return switch (random.nextInt(18)) {
      case 0, 1, 2 -> new Command.PutRole(new Role(any(ROLES), permissions(), denied()));
      case 3 -> new Command.DropRole(any(ROLES));
      case 4, 5, 6 ->
          new Command.CreateToken(
              name, fresh(), some(ROLES), chance(2) ? 0 : clock + random.nextInt(5_000));
      case 7 -> new Command.RotateToken(name, fresh(), random.nextInt(2_000));
      case 8 -> new Command.ExpireToken(name, clock + random.nextInt(2_000) - 500);
      case 9 -> new Command.RevokeToken(name);
      case 10 -> new Command.BindCertificate(any(SUBJECTS), some(ROLES));
      case 11, 12, 13 -> new Command.SetQuota(quota());
      case 14 ->
          new Command.SetSchema(
              any(PATTERNS),
              any(List.of(DataSchema.Mode.values())),
              chance(3) ? null : ByteString.copyFromUtf8("{}"));
      case 15 ->
          new Command.SetDataPolicy(
              new DataPolicy(any(PATTERNS), chance(2), List.of(), chance(2), random.nextInt(2)));
      default -> new Command.SetAuditPolicy(policy());
    };
  }

  private Command ofMember(QueueEngine engine, long clock) {
    AuditStanding standing = engine.audit();
    return switch (random.nextInt(6)) {
      case 0 -> new Command.ListTokens("m" + (1 + random.nextInt(2)), some(NAMES, "listed-"));
      case 1 -> new Command.NoteUse(List.of(1L + random.nextInt(5)));
      case 2 ->
          new Command.NoteLogins(
              List.of(new Command.RefusedLogins("10.1.1." + random.nextInt(3), 1)));
      case 3 -> new Command.NoteExported(standing.records() - random.nextInt(5), clock);
      case 4 ->
          new Command.SetAuditKey(
              new AuditKey(ByteString.copyFromUtf8("public"), ByteString.copyFromUtf8("private")));
      default ->
          standing.head() == null
              ? new Command.NoteUse(List.of())
              : new Command.SignAuditHead(
                  standing.head().signed(ByteString.copyFromUtf8("signed")), standing.first());
    };
  }

  private Command read() {
    return new Command.NoteRead(
        AuditAction.GET_JOB,
        chance(2) ? null : new QueueName("mail"),
        List.of(new JobId(1 + random.nextInt(50))),
        random.nextInt(2),
        chance(3) ? ErrorCode.FORBIDDEN : null);
  }

  private ByteString fresh() {
    ByteString hash = hash("token-" + ++made);
    hashes.add(hash);
    if (hashes.size() > 2 * NAMES.size()) {
      hashes.removeFirst();
    }
    return hash;
  }

  private List<String> some(List<String> all) {
    return all.stream().filter(_ -> chance(2)).toList();
  }

  private List<ListedToken> some(List<String> names, String prefix) {
    return some(names).stream().map(name -> listed(prefix + name)).toList();
  }

  private List<Permission> permissions() {
    List<Operation> operations =
        List.of(Operation.values()).stream().filter(_ -> chance(2)).toList();
    return List.of(new Permission(List.of(any(PATTERNS)), operations, chance(3)));
  }

  private List<Permission> denied() {
    return chance(2) ? List.of() : permissions();
  }

  private Quota quota() {
    boolean ofRole = chance(2);
    var pushes = new ArrayList<Quota.Pushes>();
    for (int i = random.nextInt(3); i > 0; i--) {
      pushes.add(
          new Quota.Pushes(
              List.of(any(PATTERNS)),
              new RateLimit(random.nextInt(30), 1 + random.nextInt(5_000))));
    }
    long none = UseLimits.UNLIMITED;
    return new Quota(
        ofRole ? Quota.Owner.ROLE : Quota.Owner.TOKEN,
        any(ofRole ? ROLES : NAMES),
        pushes,
        new UseLimits(none, none, none, chance(3) ? random.nextInt(5) : none));
  }

  /** Mostly with room; some records go after a while, and some commands do not get in. */
  private AuditPolicy policy() {
    var rules = new ArrayList<AuditPolicy.Rule>();
    for (int i = random.nextInt(3); i > 0; i--) {
      rules.add(
          new AuditPolicy.Rule(
              ACTIONS.stream().filter(_ -> chance(2)).toList(),
              chance(4),
              List.of(any(PATTERNS)),
              any(List.of(AuditPolicy.Scope.values()))));
    }
    return new AuditPolicy(
        rules,
        chance(2) ? AuditPolicy.KEEP_MS : 60_000,
        chance(5) ? 20_000 : AuditPolicy.KEEP_BYTES,
        any(List.of(AuditPolicy.WhenFull.values())));
  }
}
