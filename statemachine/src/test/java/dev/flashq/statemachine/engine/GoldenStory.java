package dev.flashq.statemachine.engine;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditHead;
import dev.flashq.statemachine.AuditKey;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.Reseal;
import dev.flashq.statemachine.Retention;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.WrappedKey;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.GoldenCommands;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens in a golden log: every command of a feature level, refused, repeated and carried
 * out, and every kind of timer.
 */
final class GoldenStory {
  private static final Permission WORK =
      new Permission(List.of("jobs:*"), List.of(Operation.PULL, Operation.ACK), false);
  private static final Permission SECRET = new Permission(List.of("*secret"), List.of(), true);
  private static final Principal CLIENT = new Principal("ada");
  private static final long SEED = 7;
  private static final int RANDOM_ENTRIES = 150;

  private final EngineFixture cluster;
  private final int level;
  private final QueueFixture mail;
  private long requests;

  private GoldenStory(EngineFixture cluster, int level) {
    this.cluster = cluster;
    this.level = level;
    this.mail = cluster.queue("mail");
  }

  /** Leaves the entries in the log of the fixture. */
  static void play(EngineFixture cluster, int level) {
    new GoldenStory(cluster, level).play();
  }

  /** The feature level that brings the command. */
  static int level(Command command) {
    return Math.max(FeatureLevel.of(command), isSealed(command) ? FeatureLevel.SEALING : 0);
  }

  private static boolean isSealed(Command command) {
    return switch (command) {
      case Command.PushJobs push ->
          push.jobs().stream().anyMatch(job -> job.options().subject() != null);
      case Command.UpdateJob update -> update.data().isSealed();
      case Command.FailJob fail -> fail.sealed() != null;
      case Command.ReportProgress progress -> progress.sealed() != null;
      default -> false;
    };
  }

  private void play() {
    asLeader(new Command.RaiseFeatureLevel(level));
    everyCommandWithEveryField();
    lives();
    failures();
    lostWorkers();
    dependencies();
    groups();
    limits();
    manyAtOnce();
    timePasses();
    if (level >= FeatureLevel.LOST_TIME) {
      lostTime();
    }
    if (level >= FeatureLevel.ACCESS) {
      access();
    }
    if (level >= FeatureLevel.QUOTAS) {
      quotas();
    }
    if (level >= FeatureLevel.AUDIT_HEADS) {
      trail();
    }
    if (level >= FeatureLevel.DATA_RULES) {
      dataRules();
      cleaning();
    }
    if (level >= FeatureLevel.PRIVACY) {
      privacy();
    }
    if (level >= FeatureLevel.SEALING) {
      sealing();
    }
    anything();
  }

  /**
   * Data is refused for what a node has found, and what was inspected by other rules is not taken.
   */
  private void dataRules() {
    asLeader(
        new Command.SetSchema(
            "mail*", DataSchema.Mode.ENFORCE, ByteString.copyFromUtf8("{\"maxLength\":9}")));
    asLeader(new Command.SetDataPolicy(new DataPolicy("*", false, List.of("cvv"), true, 100)));
    long version = cluster.engine().dataRules().version();
    var flaws =
        new Inspection(
            version,
            List.of(
                new Inspection.Flaw(0, "Invalid job data for queue mail: /to is required"),
                new Inspection.Flaw(2, "Invalid job data for queue mail: is not allowed")));
    QueueFixture data = cluster.queue("mail:data");
    Principal boss = holder("q");
    as(boss, data.pushCommand("right", o -> o));
    Reply pulled = cluster.apply(boss, new Command.PullJobs(data.name(), 1, 0));
    JobView job = ((Reply.Delivered) pulled).jobs().getFirst();
    for (Inspection inspection :
        List.of(
            flaws, new Inspection(version - 1, List.of()), new Inspection(version, List.of()))) {
      NewJob plain = new NewJob(Payload.NULL, JobOptions.DEFAULTS);
      inspected(boss, new Command.PushJobs(data.name(), List.of(plain, plain, plain)), inspection);
      inspected(boss, new Command.UpdateJob(job.id(), Payload.json("2")), inspection);
      inspected(
          boss,
          new Command.AckJobs(List.of(new Command.Ack(claim(job), Payload.json("1")))),
          inspection);
    }
    asLeader(new Command.SetSchema("mail*", DataSchema.Mode.ENFORCE, null));
    asLeader(new Command.SetDataPolicy(new DataPolicy("*", false, List.of(), false, 0)));
    asLeader(new Command.SetDataPolicy(new DataPolicy("nothing", false, List.of(), false, 0)));
  }

  /** Many queues are cleaned of what has been there for long, by whom may do that to some. */
  private void cleaning() {
    Principal boss = holder("q");
    for (String name : List.of("mail:x", "mail:y", "zoo")) {
      QueueFixture jobs = cluster.queue(name);
      as(boss, jobs.pushCommand("old", o -> o));
      as(boss, jobs.pushCommand("dead", o -> o.maxAttempts(1)));
      cluster.advance(ofMinutes(1));
      as(boss, jobs.pushCommand("young", o -> o));
    }
    ByteString from = ByteString.EMPTY;
    Reply.Removed removed;
    do {
      removed =
          (Reply.Removed)
              cluster.apply(boss, new Command.CleanQueues("*", JobState.WAITING, 60_000, 1, from));
      from = removed.next();
    } while (removed.more());
    asLeader(new Command.CleanQueues("mail*", JobState.WAITING, 0, 1, ByteString.EMPTY));
    cluster.applyTogether(
        cluster.queue("mail:fresh").pushCommand("new", o -> o),
        new Command.CleanQueues("mail*", JobState.WAITING, 0, 100, ByteString.EMPTY));
  }

  /** What was said of somebody is changed, and what has ended goes by policies. */
  private void privacy() {
    Principal boss = holder("q");
    erasure(boss);
    asLeader(new Command.SetRetention(new Retention("mail*", 1000, 1, 0, 1)));
    asLeader(new Command.SetRetention(new Retention("zoo", 0, 0, 60_000, 0)));
    for (String name : List.of("mail:x", "zoo")) {
      QueueFixture jobs = cluster.queue(name);
      for (int i = 0; i < 3; i++) {
        as(boss, jobs.pushCommand("x", o -> o.maxAttempts(1)));
        Reply pulled = cluster.apply(boss, new Command.PullJobs(jobs.name(), 1, 0));
        JobView job = ((Reply.Delivered) pulled).jobs().getFirst();
        cluster.apply(
            boss,
            i == 0
                ? new Command.FailJob(claim(job), "no")
                : new Command.AckJobs(List.of(new Command.Ack(claim(job), null))));
      }
    }
    cluster.advance(ofMinutes(3));
    asLeader(new Command.SetRetention(new Retention("mail*", 0, 0, 0, 0)));
    asLeader(new Command.SetRetention(new Retention("zoo", 0, 0, 0, 0)));
    cluster.advance(ofMinutes(3));
  }

  /** What a leader has read takes effect as long as it is so. */
  private void erasure(Principal boss) {
    JobId job = as(boss, cluster.queue("mail:x"));
    var request =
        new Erasure.Request(
            "userId",
            ByteString.copyFromUtf8("1"),
            List.of(new Erasure.Edit("email", null)),
            List.of("mail*"),
            List.of(),
            false);
    for (int i = 0; i < 2; i++) {
      cluster.apply(boss, new Command.BeginErasure(request));
    }
    var running = cluster.engine().ask(new Query.NextErasure()).erasure();
    long number = requireNonNull(running).number();
    var counts = new Erasure.Counts(1, 1, 0, 0, 0, 0);
    for (String before : List.of("\"other\"", "\"personal\"")) {
      for (boolean skip : new boolean[] {false, true}) {
        asLeader(
            new Command.EraseJobs(
                number,
                running.next(),
                running.next() + (before.contains("other") ? 1 : running.last()),
                counts,
                List.of(
                    new Erasure.Replacement(
                        job,
                        JobPart.DATA,
                        Erasure.hash(Payload.json(before)),
                        Payload.json("null"))),
                skip));
      }
    }
    cluster.apply(boss, new Command.CancelErasure(number + 1));
  }

  private JobId as(Principal who, QueueFixture to) {
    Reply pushed = cluster.apply(who, to.pushCommand("personal", o -> o));
    return ((Reply.PushOutcome.Accepted) ((Reply.Pushed) pushed).outcomes().getFirst()).id();
  }

  /** Keys come, are wrapped under another ring key, and go. */
  private void sealing() {
    ByteString bytes = ByteString.copyFromUtf8("wrapped");
    ByteString anna = ByteString.copyFromUtf8("anna");
    asLeader(new Command.SealQueues("mail*", new WrappedKey(1, bytes), false));
    asLeader(new Command.BeginRing(1, ByteString.copyFromUtf8("ring 1")));
    for (String queues : List.of("mail*", "mail*", "zoo")) {
      asLeader(new Command.SealQueues(queues, new WrappedKey(1, bytes), false));
    }
    asLeader(
        new Command.AddKeys(
            1,
            List.of(new Command.NewKey(ByteString.EMPTY, bytes), new Command.NewKey(anna, bytes))));
    long subject =
        cluster.engine().ask(new Query.SubjectKeys(List.of(anna), List.of())).keys().get(0).id();
    var about = JobOptions.builder().subject(Long.toString(subject)).maxAttempts(1).build();
    for (int i = 0; i < 3; i++) {
      sealed(new Command.PushJobs(mail.name(), List.of(new NewJob(SEALED, about))));
    }
    for (JobView job : ((Reply.Delivered) pull(mail, 2)).jobs()) {
      sealed(new Command.ReportProgress(claim(job), 5, null, bytes));
      sealed(new Command.FailJob(claim(job), "", bytes));
    }
    for (JobView job : ((Reply.Delivered) pull(mail, 1)).jobs()) {
      sealed(new Command.AckJobs(List.of(new Command.Ack(claim(job), SEALED))));
    }
    reseal(false);
    reseal(true);
    asLeader(new Command.BeginRing(2, ByteString.copyFromUtf8("ring 2")));
    for (long after = 0; after < 2; after++) {
      var keys = cluster.engine().ask(new Query.KeysToRewrap(2, 0)).keys();
      asLeader(
          new Command.RewrapKeys(
              2, keys.stream().map(key -> new Command.RewrappedKey(key.id(), anna)).toList()));
    }
    asLeader(new Command.SealQueues("mail*", new WrappedKey(2, bytes), true));
    asLeader(new Command.DestroySubject("", anna));
    asLeader(new Command.DestroySubject("", anna));
    sealed(new Command.PushJobs(mail.name(), List.of(new NewJob(SEALED, about))));
    asLeader(new Command.UnsealQueues("zoo"));
    cluster.advance(ofMinutes(1));
  }

  private static final Payload SEALED =
      new Payload(Payload.Encoding.SEALED, ByteString.copyFromUtf8("sealed"));

  private Reply pull(QueueFixture from, int count) {
    return cluster.apply(Principal.SYSTEM, new Command.PullJobs(from.name(), count, 0));
  }

  private void sealed(Command command) {
    inspected(
        Principal.SYSTEM,
        command,
        new Inspection(cluster.engine().dataRules().version(), List.of()));
  }

  private void reseal(boolean all) {
    Reseal.Page page = cluster.engine().ask(new Query.NextReseal());
    var anew = new ArrayList<Erasure.Replacement>();
    page.items()
        .forEach(
            item ->
                item.contents()
                    .forEach(
                        content ->
                            anew.add(
                                new Erasure.Replacement(
                                    item.job(),
                                    content.part(),
                                    Erasure.hash(content.payload()),
                                    SEALED))));
    asLeader(
        new Command.ResealJobs(
            page.reseal().version(),
            page.reseal().next(),
            all ? page.to() : 2,
            page.items().size(),
            0,
            all ? anew : List.of(),
            all));
  }

  private void inspected(Principal who, Command command, Inspection inspection) {
    var request = new Submission(who, new RequestId("client", ++requests, 0), command, inspection);
    cluster.applyAll(List.of(request));
    cluster.applyAll(List.of(request));
  }

  /** Tokens push until they may not, and make queues until they may not. */
  private void quotas() {
    asLeader(
        new Command.ListTokens(
            "n3", List.of(new ListedToken(hash("q"), "boss", List.of(Permission.EVERYTHING)))));
    Principal boss = holder("q");
    as(boss, new Command.PutRole(new Role("pusher", List.of(Permission.EVERYTHING), List.of())));
    as(boss, new Command.CreateToken("pusher", hash("u"), List.of("pusher"), 0));
    Principal pusher = holder("u");
    for (Quota.Owner owner : Quota.Owner.values()) {
      as(
          boss,
          new Command.SetQuota(
              new Quota(
                  owner,
                  "pusher",
                  List.of(
                      new Quota.Pushes(
                          List.of("quota:*"), new Command.RateLimit(4 + owner.number(), 60_000))),
                  new UseLimits(5, 5, 5000, 2))));
    }
    for (String queue : List.of("quota:a", "quota:a", "quota:b", "quota:c", "quota:b", "mail")) {
      as(pusher, cluster.queue(queue).pushCommand("x", o -> o));
    }
    cluster.advance(ofMinutes(1));
    for (int i = 0; i < 8; i++) {
      as(pusher, cluster.queue("quota:a").pushCommand("y", o -> o));
    }
    as(
        boss,
        new Command.SetQuota(new Quota(Quota.Owner.ROLE, "pusher", List.of(), UseLimits.NONE)));
    as(pusher, cluster.queue("quota:a").pushCommand("z", o -> o));
  }

  /** What members say of themselves stands in the audit trail. */
  private void trail() {
    asLeader(
        new Command.NoteLogins(
            List.of(new Command.RefusedLogins("10.0.0.9", 3), new Command.RefusedLogins("", 1))));
    asLeader(new Command.SetAuditKey(new AuditKey(hash("u"), hash("v"))));
    Principal admin = new Principal("boss", 1, "10.0.0.1");
    as(admin, new Command.NoteRead(AuditAction.GET_JOBS, mail.name(), List.of(), 5, null));
    as(
        admin,
        new Command.NoteRead(
            AuditAction.GET_JOB, null, List.of(new JobId(3)), 0, ErrorCode.FORBIDDEN));
    sign(0);
    sign(0);
    sign(1);
    long records = cluster.engine().audit().records();
    asLeader(new Command.NoteExported(records - 2, cluster.now()));
    asLeader(new Command.NoteExported(records + 1, cluster.now()));
    asLeader(
        new Command.SetAuditPolicy(
            new AuditPolicy(
                List.of(), AuditPolicy.KEEP_MS, 2000, AuditPolicy.WhenFull.DROP_EXPORTED)));
    for (int i = 0; i < 20; i++) {
      as(CLIENT, mail.pushCommand("while it is full", o -> o));
      as(CLIENT, new Command.CancelJob(new JobId(100_000)));
    }
    asLeader(
        new Command.SetAuditPolicy(
            new AuditPolicy(List.of(), AuditPolicy.KEEP_MS, AuditPolicy.KEEP_BYTES)));
  }

  /** Signs the latest block, or says that it has more records. */
  private void sign(int more) {
    AuditStanding trail = cluster.engine().audit();
    AuditHead head = requireNonNull(trail.head(), "no block");
    asLeader(
        new Command.SignAuditHead(
            new AuditHead(head.index(), head.count() + more, head.atMs(), head.hash(), hash("s")),
            trail.first()));
  }

  /** Tokens come, are changed and go, and each may do only what its roles say. */
  private void access() {
    asLeader(new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
    asLeader(
        new Command.ListTokens(
            "n1",
            List.of(
                new ListedToken(hash("a"), "admin", List.of(Permission.EVERYTHING)),
                new ListedToken(
                    hash("p"),
                    "producer",
                    List.of(new Permission(List.of("jobs:*"), List.of(Operation.PUSH), false))))));
    asLeader(
        new Command.ListTokens(
            "n2", List.of(new ListedToken(hash("a"), "boss", List.of(Permission.EVERYTHING)))));
    as(CLIENT, mail.pushCommand("by nobody who is known", o -> o));
    Principal admin = new Principal("admin", 1, "10.0.0.1");
    Principal producer = new Principal("producer", 2, null);
    as(admin, new Command.PutRole(new Role("worker", List.of(WORK), List.of(SECRET))));
    as(admin, new Command.CreateToken("worker", hash("w"), List.of("worker"), 0));
    as(admin, new Command.BindCertificate("CN=worker", List.of("worker")));
    Principal worker = new Principal("worker", 3, "10.0.0.3");
    for (Principal who : List.of(admin, producer, worker, new Principal("CN=worker", 4, null))) {
      for (String queue : List.of("jobs:a", "jobs:secret", "mail")) {
        as(who, cluster.queue(queue).pushCommand("x", o -> o));
        as(who, new Command.PullJobs(new QueueName(queue), 1, 0));
        as(who, new Command.SetPaused(new QueueName(queue), false));
      }
    }
    as(admin, new Command.RotateToken("worker", hash("v"), 60_000));
    as(admin, new Command.ExpireToken("producer", cluster.now()));
    cluster.advance(ofMinutes(61));
    as(worker, new Command.PullJobs(new QueueName("jobs:a"), 1, 0));
    as(admin, new Command.RevokeToken("worker"));
    as(admin, new Command.DropRole("worker"));
    asLeader(new Command.ListTokens("n1", List.of()));
    as(producer, cluster.queue("jobs:a").pushCommand("x", o -> o));
    asLeader(new Command.NoteUse(List.of(1L, 99L)));
  }

  private void as(Principal who, Command command) {
    cluster.applyAll(List.of(new Submission(who, null, command)));
  }

  private Principal holder(String token) {
    return requireNonNull(cluster.engine().access().holder(hash(token)));
  }

  private static ByteString hash(String token) {
    return ByteString.copyFromUtf8(token.repeat(32));
  }

  private void asLeader(Command command) {
    cluster.applyAll(List.of(new Submission(Principal.SYSTEM, null, command)));
  }

  /** The same request twice in an entry and once in a later one. */
  private void thrice(Command command) {
    var request = new Submission(CLIENT, new RequestId("client", ++requests, 0), command);
    cluster.applyAll(List.of(request, request));
    cluster.applyAll(List.of(request));
  }

  private void everyCommandWithEveryField() {
    for (Command command : GoldenCommands.byName().values()) {
      if (level(command) <= level) {
        thrice(command);
      }
    }
    cluster.applyAll(
        List.of(
            new Submission(
                CLIENT, new RequestId("client", requests, requests), new Command.Tick(0, 0)),
            new Submission(
                CLIENT, new RequestId("client", 1, 0), new Command.CancelJob(new JobId(1)))));
  }

  private static Claim claim(JobView job) {
    return new Claim(job.id(), job.lease());
  }

  private void ack(JobView job, @Nullable String result) {
    Payload payload = result == null ? null : Payload.json(result);
    thrice(new Command.AckJobs(List.of(new Command.Ack(claim(job), payload))));
  }

  private void lives() {
    mail.push("plain");
    mail.push("last", o -> o.lifo(true));
    mail.push("first", o -> o.priority(5));
    mail.push("gone", o -> o.removeOnComplete(true));
    JobId named =
        mail.push("named", o -> o.customId("id").uniqueKey("key").tags(List.of("a", "é")));
    thrice(mail.pushCommand("named again", o -> o.customId("id")));
    thrice(mail.pushCommand("same key", o -> o.uniqueKey("key")));
    thrice(new Command.PullJobs(mail.name(), 3, 0));
    for (JobView job : mail.pull(10)) {
      thrice(new Command.ReportProgress(claim(job), 50, "half"));
      thrice(new Command.RenewLease(claim(job)));
      thrice(new Command.UpdateJob(job.id(), Payload.json("{}")));
      ack(job, "{\"sent\":true}");
    }
    thrice(new Command.CancelJob(named));
    JobId delayed = mail.push("delayed", o -> o.delayMs(60_000));
    thrice(new Command.ChangePriority(delayed, -3));
    thrice(new Command.PromoteJob(delayed));
    JobView job = mail.mustPull();
    thrice(new Command.MoveToDelayed(claim(job), 5_000));
    thrice(new Command.DiscardJob(new Claim(job.id(), 0)));
    thrice(new Command.RetryDeadJobs(mail.name(), job.id(), 1));
    JobView again = mail.mustPull();
    thrice(new Command.ReleaseJobs(List.of(claim(again), new Claim(new JobId(999), 1))));
    thrice(new Command.CancelJob(again.id()));
  }

  private void failures() {
    mail.push("once", o -> o.maxAttempts(1));
    mail.push("no trace", o -> o.maxAttempts(1).removeOnFail(true));
    mail.push("again", o -> o.maxAttempts(3).backoffMs(100));
    mail.push("fixed", o -> o.maxAttempts(2).backoffMs(100).fixedBackoff(true));
    for (int round = 0; round < 4; round++) {
      mail.pull(10).forEach(job -> thrice(new Command.FailJob(claim(job), "smtp is down")));
      cluster.advance(ofSeconds(1));
    }
    thrice(new Command.RetryDeadJobs(mail.name(), null, 1));
    thrice(new Command.RetryDeadJobs(mail.name(), null, 5000));
    mail.pull(10).forEach(job -> ack(job, null));
  }

  private void lostWorkers() {
    mail.push("stalls", o -> o.stallTimeoutMs(1_000).maxAttempts(1));
    mail.push("times out", o -> o.timeoutMs(1_500).maxAttempts(1));
    mail.push("expires", o -> o.ttlMs(500).priority(-9));
    for (int round = 0; round < Limits.STALLS; round++) {
      List<JobView> held = mail.pull(2);
      cluster.advance(ofSeconds(2));
      held.forEach(job -> ack(job, null));
    }
  }

  private void dependencies() {
    JobId first = mail.push("first");
    JobId second = mail.push("second", o -> o.maxAttempts(1));
    mail.push("both", o -> o.dependsOn(List.of(first, second)).delayMs(10));
    mail.push("one", o -> o.dependsOn(List.of(first)));
    thrice(mail.pushCommand("unborn", o -> o.dependsOn(List.of(new JobId(100_000)))));
    for (JobView job : mail.pull(2)) {
      if (job.id().equals(first)) {
        ack(job, null);
      } else {
        thrice(new Command.FailJob(claim(job), "no"));
      }
    }
    thrice(mail.pushCommand("late", o -> o.dependsOn(List.of(second))));
    mail.pull(10).forEach(job -> ack(job, null));
  }

  private void groups() {
    QueueFixture pay = cluster.queue("pay:eu");
    for (int i = 0; i < 6; i++) {
      String group = "g" + i % 2;
      pay.push("grouped", o -> o.groupId(group).groupStrict(group.equals("g1")).backoffMs(200));
    }
    for (int round = 0; round < 4; round++) {
      List<JobView> held = pay.pull(10);
      for (int i = 0; i < held.size(); i++) {
        if ((round + i) % 2 == 0) {
          ack(held.get(i), null);
        } else {
          thrice(new Command.FailJob(claim(held.get(i)), "declined"));
        }
      }
      cluster.advance(ofMillis(500));
    }
  }

  private void limits() {
    QueueFixture ai = cluster.queue("ai");
    ai.limitRate(2, ofSeconds(1));
    thrice(new Command.SetConcurrency(ai.name(), 3));
    for (int i = 0; i < 6; i++) {
      ai.push("limited");
    }
    for (int round = 0; round < 3; round++) {
      ai.pull(10);
      cluster.advance(ofMillis(700));
    }
    thrice(new Command.SetRateLimit(ai.name(), null));
    thrice(new Command.SetPaused(ai.name(), true));
    ai.pull(1);
    thrice(new Command.SetPaused(ai.name(), false));
    thrice(new Command.SetConcurrency(ai.name(), null));
    ai.pull(1);
    ai.push("debounced", o -> o.debounceId("d"));
    thrice(ai.pushCommand("debounced", o -> o.debounceId("d")));
    ai.push("debounced for long", o -> o.debounceId("e").debounceTtlMs(60_000));
  }

  private void manyAtOnce() {
    QueueFixture bulk = cluster.queue("bulk");
    var jobs = new ArrayList<NewJob>();
    for (int i = 0; i < 40; i++) {
      JobOptions options =
          JobOptions.builder().delayMs(i % 3 == 0 ? 60_000 : 0).maxAttempts(1).build();
      jobs.add(new NewJob(Payload.json(Integer.toString(i)), options));
    }
    thrice(new Command.PushJobs(bulk.name(), jobs));
    List<JobView> held = bulk.pull(20);
    thrice(
        new Command.AckJobs(
            held.subList(0, 8).stream().map(job -> new Command.Ack(claim(job), null)).toList()));
    held.subList(8, 14).forEach(job -> bulk.fail(job, "no"));
    for (JobState state : JobState.values()) {
      thrice(new Command.RemoveJobs(bulk.name(), state, 0, Long.MAX_VALUE, 2));
    }
    thrice(new Command.DrainQueue(bulk.name(), Long.MAX_VALUE, 3));
    thrice(new Command.DrainQueue(bulk.name(), Long.MAX_VALUE, 5000));
    thrice(new Command.ForgetQueue(bulk.name()));
  }

  /** Debounce windows, kept jobs, idle queues and silent clients come to their end. */
  private void timePasses() {
    mail.push("kept for an hour", o -> o.keepCompletedAgeMs(3_600_000));
    mail.push("kept alone", o -> o.keepCompletedCount(1));
    mail.pull(10).forEach(job -> ack(job, "1"));
    cluster.queue("idle").push("a", o -> o.removeOnComplete(true));
    cluster.queue("idle").ack(cluster.queue("idle").mustPull());
    cluster.advance(ofMinutes(11));
    cluster.advance(ofMinutes(60));
    cluster.advance(ofDays(2));
  }

  private void lostTime() {
    mail.push("held");
    JobView job = mail.mustPull();
    asLeader(new Command.ExtendLeases(60_000, 2_000));
    cluster.advance(ofMillis(Limits.LEASE_MS));
    thrice(new Command.SetClock(cluster.now() + 3_600_000));
    cluster.setClock(cluster.now() + 3_600_000);
    ack(job, null);
    asLeader(new Command.ExtendLeases(0, 0));
  }

  private void anything() {
    var commands = new RandomCommands(SEED, EngineFixture.BOOT + 1, cluster.now());
    for (int i = 0; i < RANDOM_ENTRIES; i++) {
      ByteString entry = commands.nextEntry(cluster.engine());
      while (!belongsHere(entry)) {
        entry = commands.nextEntry(cluster.engine());
      }
      cluster.applyBytes(entry);
    }
  }

  private boolean belongsHere(ByteString entry) {
    return EntryCodec.decode(entry).submissions().stream()
        .allMatch(submission -> level(submission.command()) <= level);
  }
}
