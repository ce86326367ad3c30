package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.ROLE_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.TOKEN_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;
import static dev.flashq.protocol.ErrorCode.WRONG_STATE;
import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Credential;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
  private static final QueueName HIGH = new QueueName("jobs:high");
  private static final QueueName SECRET = new QueueName("jobs:secret");
  private static final QueueName MAIL = new QueueName("mail");

  @TempDir Path folder;
  private EngineFixture cluster;

  @BeforeEach
  void open() {
    cluster = new EngineFixture(folder);
    system(new Command.RaiseFeatureLevel(FeatureLevel.ACCESS));
    system(new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private Reply system(Command command) {
    return cluster.apply(Principal.SYSTEM, command);
  }

  private static ByteString hash(String token) {
    return ByteString.copyFromUtf8(token.repeat(32).substring(0, 32));
  }

  private Principal holder(String token) {
    return requireNonNull(cluster.engine().access().holder(hash(token)), "nobody holds " + token);
  }

  private Principal admin() {
    system(
        new Command.ListTokens(
            "n1", List.of(new ListedToken(hash("a"), "admin", List.of(Permission.EVERYTHING)))));
    return holder("a");
  }

  private static Permission may(String queues, Operation... operations) {
    return new Permission(List.of(queues), List.of(operations), false);
  }

  /** A token that may do so, made by an admin. */
  private Principal token(String name, Permission allowed, Permission... denied) {
    Principal admin = admin();
    done(admin, new Command.PutRole(new Role(name, List.of(allowed), List.of(denied))));
    done(admin, new Command.CreateToken(name, hash(name), List.of(name), 0));
    return holder(name);
  }

  private void done(Principal who, Command command) {
    assertThat(cluster.apply(who, command)).isEqualTo(Reply.Done.DONE);
  }

  private Reply push(Principal who, QueueName queue) {
    return cluster.apply(who, cluster.queue(queue.value()).pushCommand("x", o -> o));
  }

  private JobId pushed(QueueName queue) {
    Reply.Pushed pushed = (Reply.Pushed) push(Principal.SYSTEM, queue);
    return ((Reply.PushOutcome.Accepted) pushed.outcomes().getFirst()).id();
  }

  private JobView pulled(QueueName queue) {
    Reply reply = cluster.apply(Principal.SYSTEM, new Command.PullJobs(queue, 1, 0));
    return ((Reply.Delivered) reply).jobs().getFirst();
  }

  private static Claim claim(JobView job) {
    return new Claim(job.id(), job.lease());
  }

  @Test
  void everybodyMayDoEverythingUntilThereIsAToken() {
    Principal ada = new Principal("ada");
    assertThat(push(ada, MAIL)).isInstanceOf(Reply.Pushed.class);
    assertThat(push(Principal.ANONYMOUS, MAIL)).isInstanceOf(Reply.Pushed.class);

    admin();

    refused(push(Principal.ANONYMOUS.at("10.0.0.1"), MAIL), UNAUTHENTICATED);
    refused(push(ada, MAIL), SERVICE_UNAVAILABLE);
    assertThat(push(holder("a").at("10.0.0.1"), MAIL)).isInstanceOf(Reply.Pushed.class);
  }

  @Test
  void staysClosedWhenThereIsNoTokenLeft() {
    Principal admin = admin();
    system(new Command.ListTokens("n1", List.of()));
    refused(push(admin, MAIL), UNAUTHENTICATED);
    refused(push(Principal.ANONYMOUS, MAIL), UNAUTHENTICATED);
    assertThat(cluster.engine().access().isProtected()).isTrue();
  }

  @Test
  void aTokenDoesWhatItsRoleSaysAndNothingElse() {
    Principal producer = token("p", may("jobs:*", Operation.PUSH));
    assertThat(push(producer, HIGH)).isInstanceOf(Reply.Pushed.class);

    Reply.Refused mail = refused(push(producer, MAIL), FORBIDDEN);
    assertThat(mail.detail()).isEqualTo("Unauthorized: token may not push to queue mail");
    Reply.Refused pull =
        refused(cluster.apply(producer, new Command.PullJobs(HIGH, 1, 0)), FORBIDDEN);
    assertThat(pull.detail()).isEqualTo("Unauthorized: token may not pull from queue jobs:high");
    refused(cluster.apply(producer, new Command.SetPaused(HIGH, true)), FORBIDDEN);
    refused(cluster.apply(producer, new Command.DrainQueue(HIGH, Long.MAX_VALUE, 10)), FORBIDDEN);
    refused(cluster.apply(producer, new Command.RevokeToken("a")), FORBIDDEN);
    refused(cluster.apply(producer, new Command.SetClock(cluster.now() + 1)), FORBIDDEN);
  }

  @Test
  void denyWinsOverEverything() {
    Principal worker =
        token("w", Permission.EVERYTHING, new Permission(List.of("*:secret"), List.of(), true));
    assertThat(push(worker, HIGH)).isInstanceOf(Reply.Pushed.class);
    refused(push(worker, SECRET), FORBIDDEN);
    JobId job = pushed(SECRET);
    refused(cluster.apply(worker, new Command.CancelJob(job)), JOB_NOT_FOUND);
    assertThat(cluster.state(job)).isEqualTo(JobState.WAITING);
  }

  @Test
  void aJobOfAQueueWithoutAnyPermissionIsNotThere() {
    Principal worker = token("w", may("jobs:*", Operation.PULL, Operation.ACK));
    JobId foreign = pushed(MAIL);
    JobView held = pulled(MAIL);
    for (Command command :
        List.of(
            new Command.CancelJob(foreign),
            new Command.UpdateJob(foreign, Payload.json("1")),
            new Command.ChangePriority(foreign, 1),
            new Command.PromoteJob(foreign),
            new Command.DiscardJob(claim(held)),
            new Command.FailJob(claim(held), "no"),
            new Command.ReportProgress(claim(held), 1, null),
            new Command.RenewLease(claim(held)),
            new Command.MoveToDelayed(claim(held), 1))) {
      Reply.Refused answer = refused(cluster.apply(worker, command), JOB_NOT_FOUND);
      assertThat(answer.detail()).as("%s", command).contains("Job " + foreign.value() + " not");
    }
    Reply.Acked acked =
        (Reply.Acked)
            cluster.apply(worker, new Command.AckJobs(List.of(new Command.Ack(claim(held), null))));
    assertThat(acked.count()).isZero();
    assertThat(acked.failures().getFirst().refusal().code()).isEqualTo(JOB_NOT_FOUND);
    assertThat(cluster.state(foreign)).isEqualTo(JobState.ACTIVE);
  }

  @Test
  void aJobOfAQueueWithOtherPermissionsIsForbidden() {
    Principal worker = token("w", may("jobs:*", Operation.PULL, Operation.ACK));
    JobId job = pushed(HIGH);
    Reply.Refused answer = refused(cluster.apply(worker, new Command.CancelJob(job)), FORBIDDEN);
    assertThat(answer.detail()).isEqualTo("Unauthorized: token may not cancel in queue jobs:high");
  }

  @Test
  void eachJobOfABatchIsAskedFor() {
    Principal worker = token("w", may("jobs:*", Operation.PULL, Operation.ACK));
    pushed(HIGH);
    pushed(MAIL);
    JobView own = pulled(HIGH);
    JobView foreign = pulled(MAIL);
    Reply.Acked acked =
        (Reply.Acked)
            cluster.apply(
                worker,
                new Command.AckJobs(
                    List.of(
                        new Command.Ack(claim(foreign), null), new Command.Ack(claim(own), null))));
    assertThat(acked.count()).isEqualTo(1);
    assertThat(cluster.state(own.id())).isEqualTo(JobState.COMPLETED);
    assertThat(cluster.state(foreign.id())).isEqualTo(JobState.ACTIVE);
  }

  @Test
  void workersThatMayPullOrReportMayRenew() {
    Principal puller = token("w", may("jobs:*", Operation.PULL));
    pushed(HIGH);
    JobView held = pulled(HIGH);
    done(puller, new Command.RenewLease(claim(held)));
    Principal reporter = token("r", may("jobs:*", Operation.PROGRESS));
    done(reporter, new Command.RenewLease(claim(held)));
    refused(cluster.apply(puller, new Command.ReportProgress(claim(held), 1, null)), FORBIDDEN);
  }

  @Test
  void nobodyWaitsForAForeignJob() {
    Principal producer = token("p", may("jobs:*", Operation.PUSH));
    JobId foreign = pushed(MAIL);
    Reply.Pushed pushed =
        (Reply.Pushed)
            cluster.apply(
                producer,
                cluster.queue("jobs:high").pushCommand("x", o -> o.dependsOn(List.of(foreign))));
    Reply.Refused answer = (Reply.Refused) pushed.outcomes().getFirst();
    assertThat(answer.code()).isEqualTo(WRONG_STATE);
    assertThat(answer.detail()).contains("is gone and is not known to have completed");
  }

  @Test
  void questionsShowOnlyWhatMayBeSeen() {
    Principal reader = token("r", may("jobs:*", Operation.GET_JOB));
    JobId own = pushed(HIGH);
    JobId foreign = pushed(MAIL);
    RocksEngine engine = cluster.engine();

    assertThat(engine.ask(reader, new Query.GetJob(own)).job()).isNotNull();
    assertThat(engine.ask(reader, new Query.GetJob(foreign)).job()).isNull();
    assertThat(engine.ask(reader, new Query.GetJobs(List.of(foreign, own))).jobs())
        .extracting(JobView::id)
        .containsExactly(own);
    assertThat(engine.ask(reader, new Query.ListQueues(null, 10)).queues())
        .extracting(queue -> queue.name())
        .containsExactly(HIGH);
    assertThat(engine.ask(reader, new Query.GetQueue(MAIL)).waiting()).isZero();
    assertThat(engine.ask(reader, new Query.GetStats()).waiting()).isEqualTo(1);
    assertThat(engine.ask(reader, new Query.GetStats()).pushed()).isZero();
    Query.Page page = engine.ask(reader, new Query.ListJobs(null, null, 10, 0));
    assertThat(page.total()).isEqualTo(1);
    assertThat(page.jobs()).extracting(JobView::id).containsExactly(own);
    forbids(() -> engine.ask(reader, new Query.ListJobs(MAIL, null, 10, 0)), FORBIDDEN);
    forbids(() -> engine.ask(reader, new Query.ListDeadJobs(HIGH, 10)), FORBIDDEN);
    forbids(() -> engine.ask(reader, new Query.ListCredentials(0, 10)), FORBIDDEN);
    forbids(() -> engine.ask(Principal.ANONYMOUS, new Query.GetStats()), UNAUTHENTICATED);
    assertThat(
            engine
                .ask(reader, new Query.GetPayloads(List.of(new Query.Part(foreign, false))))
                .found())
        .isEmpty();
  }

  private static void forbids(Runnable question, ErrorCode code) {
    assertThatThrownBy(question::run)
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal().code()).isEqualTo(code));
  }

  @Test
  void aProducerMayNotReadItsQueue() {
    Principal producer = token("p", may("jobs:*", Operation.PUSH));
    JobId job = pushed(HIGH);
    forbids(() -> cluster.engine().ask(producer, new Query.GetJob(job)), FORBIDDEN);
  }

  @Test
  void aRevokedTokenIsGoodForNothingFromItsPlaceInTheLogOn() {
    Principal producer = token("p", may("jobs:*", Operation.PUSH));
    int changes = cluster.accessChanges();
    RequestId id = new RequestId("c", 1, 0);
    Command push = cluster.queue("jobs:high").pushCommand("x", o -> o);
    assertThat(cluster.apply(producer, id, push)).isInstanceOf(Reply.Pushed.class);

    done(holder("a"), new Command.RevokeToken("p"));

    refused(cluster.apply(producer, push), UNAUTHENTICATED);
    refused(cluster.apply(producer, id, push), UNAUTHENTICATED);
    assertThat(cluster.engine().access().holder(hash("p"))).isNull();
    assertThat(cluster.accessChanges()).isEqualTo(changes + 1);
    refused(cluster.apply(holder("a"), new Command.RevokeToken("p")), TOKEN_NOT_FOUND);
  }

  @Test
  void aRefusalForWantOfPermissionIsNotKept() {
    Principal producer = token("p", may("jobs:*", Operation.PUSH));
    JobId job = pushed(HIGH);
    RequestId id = new RequestId("c", 1, 0);
    refused(cluster.apply(producer, id, new Command.CancelJob(job)), FORBIDDEN);
    done(
        holder("a"),
        new Command.PutRole(new Role("p", List.of(may("jobs:*", Operation.CANCEL)), List.of())));
    assertThat(cluster.apply(producer, id, new Command.CancelJob(job))).isEqualTo(Reply.Done.DONE);
  }

  @Test
  void aRotatedTokenStaysGoodForTheOverlap() {
    Principal old = token("p", may("jobs:*", Operation.PUSH));
    done(holder("a"), new Command.RotateToken("p", hash("q"), 60_000));
    Principal fresh = holder("q");
    assertThat(fresh.name()).isEqualTo("p");
    assertThat(push(old, HIGH)).isInstanceOf(Reply.Pushed.class);
    assertThat(push(fresh, HIGH)).isInstanceOf(Reply.Pushed.class);

    cluster.advance(Duration.ofSeconds(61));

    refused(push(old, HIGH), UNAUTHENTICATED);
    assertThat(push(fresh, HIGH)).isInstanceOf(Reply.Pushed.class);
    assertThat(cluster.engine().access().holder(hash("p"))).isNull();
    assertThat(states("p")).containsExactly(Credential.State.EXPIRED, Credential.State.ACTIVE);
  }

  private List<Credential.State> states(String name) {
    return cluster.engine().ask(new Query.ListCredentials(0, 100)).credentials().stream()
        .filter(credential -> credential.name().equals(name))
        .map(Credential::state)
        .toList();
  }

  @Test
  void aTokenExpiresAtItsTimeAlsoAfterARestart() {
    admin();
    done(
        holder("a"),
        new Command.CreateToken("short", hash("s"), List.of(), cluster.now() + 60_000));
    cluster.restart();
    cluster.advance(Duration.ofSeconds(59));
    assertThat(cluster.engine().access().holder(hash("s"))).isNotNull();
    cluster.advance(Duration.ofSeconds(2));
    assertThat(cluster.engine().access().holder(hash("s"))).isNull();
    assertThat(cluster.engine().nextTimerDue()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void anEndThatMovesTakesItsTimerAlong() {
    Principal admin = admin();
    done(admin, new Command.CreateToken("t", hash("t"), List.of(), cluster.now() + 60_000));
    done(admin, new Command.ExpireToken("t", cluster.now() + 120_000));
    cluster.advance(Duration.ofSeconds(61));
    assertThat(cluster.engine().access().holder(hash("t"))).isNotNull();
    done(admin, new Command.RevokeToken("t"));
    assertThat(cluster.engine().nextTimerDue()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aListedTokenIsGoodAsLongAsOneMemberListsIt() {
    ListedToken old = new ListedToken(hash("o"), "mail", List.of(Permission.EVERYTHING));
    ListedToken fresh = new ListedToken(hash("n"), "mail", List.of(Permission.EVERYTHING));
    for (String member : List.of("n1", "n2")) {
      system(new Command.ListTokens(member, List.of(old)));
    }
    Principal before = holder("o");
    system(new Command.ListTokens("n1", List.of(old, fresh)));
    system(new Command.ListTokens("n2", List.of(old, fresh)));
    assertThat(push(before, MAIL)).isInstanceOf(Reply.Pushed.class);
    assertThat(push(holder("n"), MAIL)).isInstanceOf(Reply.Pushed.class);
    system(new Command.ListTokens("n1", List.of(fresh)));
    assertThat(push(before, MAIL)).isInstanceOf(Reply.Pushed.class);

    system(new Command.ListTokens("n2", List.of(fresh)));

    refused(push(before, MAIL), UNAUTHENTICATED);
    assertThat(push(holder("n"), MAIL)).isInstanceOf(Reply.Pushed.class);
    assertThat(cluster.engine().access().listedBy("n1")).containsExactly(fresh);
  }

  @Test
  void aRevokedTokenStaysRevokedThoughItIsListed() {
    ListedToken mail = new ListedToken(hash("m"), "mail", List.of(Permission.EVERYTHING));
    admin();
    system(new Command.ListTokens("n2", List.of(mail)));
    done(holder("a"), new Command.RevokeToken("mail"));
    system(new Command.ListTokens("n2", List.of()));
    system(new Command.ListTokens("n2", List.of(mail)));
    assertThat(cluster.engine().access().holder(hash("m"))).isNull();
  }

  @Test
  void whatMembersListDifferentlyAddsUp() {
    system(
        new Command.ListTokens(
            "n1",
            List.of(new ListedToken(hash("m"), "m", List.of(may("jobs:*", Operation.PUSH))))));
    system(
        new Command.ListTokens(
            "n2", List.of(new ListedToken(hash("m"), "m", List.of(may("mail", Operation.PUSH))))));
    assertThat(push(holder("m"), HIGH)).isInstanceOf(Reply.Pushed.class);
    assertThat(push(holder("m"), MAIL)).isInstanceOf(Reply.Pushed.class);
  }

  @Test
  void aDroppedRoleAllowsNothingAnyMore() {
    Principal producer = token("p", may("jobs:*", Operation.PUSH));
    done(holder("a"), new Command.DropRole("p"));
    refused(push(producer, HIGH), FORBIDDEN);
    refused(cluster.apply(holder("a"), new Command.DropRole("p")), ROLE_NOT_FOUND);
    refused(
        cluster.apply(holder("a"), new Command.CreateToken("x", hash("x"), List.of("p"), 0)),
        ROLE_NOT_FOUND);
  }

  @Test
  void aCertificateHasTheRolesOfItsSubject() {
    token("p", may("jobs:*", Operation.PUSH));
    done(holder("a"), new Command.BindCertificate("CN=worker", List.of("p")));
    Principal worker = requireNonNull(cluster.engine().access().holderOf("CN=worker"), "nobody");
    assertThat(push(worker, HIGH)).isInstanceOf(Reply.Pushed.class);
    refused(push(worker, MAIL), FORBIDDEN);
    done(holder("a"), new Command.BindCertificate("CN=worker", List.of()));
    refused(push(worker, HIGH), UNAUTHENTICATED);
    assertThat(cluster.engine().access().holderOf("CN=worker")).isNull();
  }

  @Test
  void onlyMembersSayWhatIsListed() {
    Principal admin = admin();
    refused(cluster.apply(admin, new Command.ListTokens("n1", List.of())), FORBIDDEN);
    refused(cluster.apply(admin, new Command.NoteUse(List.of(1L))), FORBIDDEN);
    refused(
        cluster.apply(admin, new Command.SetAccessKey(ByteString.copyFromUtf8("k"))), FORBIDDEN);
    refused(cluster.apply(admin, new Command.ReleaseJobs(List.of())), FORBIDDEN);
    system(new Command.SetAccessKey(ByteString.copyFromUtf8("another")));
    assertThat(cluster.engine().access().key()).isEqualTo(ByteString.copyFromUtf8("key"));
  }

  @Test
  void administeringAQueueIsNotAdministeringTheCluster() {
    Principal operator = token("o", may("*", Operation.ADMIN));
    done(operator, new Command.SetPaused(MAIL, true));
    refused(
        cluster.apply(operator, new Command.CreateToken("mine", hash("z"), List.of(), 0)),
        FORBIDDEN);
    Principal lord = token("l", new Permission(List.of("jobs:*"), List.of(), true));
    refused(
        cluster.apply(lord, new Command.CreateToken("mine", hash("z"), List.of(), 0)), FORBIDDEN);
  }

  @Test
  void theUseOfATokenIsNotedByTheHour() {
    Principal producer = token("p", may("jobs:*", Operation.PUSH));
    push(producer, HIGH);
    long first = cluster.engine().access().usedAt(producer);
    assertThat(first).isEqualTo(cluster.now() - cluster.now() % 3_600_000);
    push(producer, HIGH);
    cluster.advance(Duration.ofHours(2));
    system(new Command.NoteUse(List.of(producer.credential())));
    assertThat(cluster.engine().access().usedAt(producer)).isEqualTo(first + 2 * 3_600_000);
  }

  @Test
  void tellsByWhichRoleSomethingIsAllowed() {
    Principal worker =
        token(
            "w",
            may("jobs:*", Operation.PULL),
            new Permission(List.of("*:secret"), List.of(), true));
    RocksEngine engine = cluster.engine();
    Principal admin = holder("a");
    assertThat(engine.ask(worker, new Query.CheckAccess(null, Operation.PULL, HIGH)))
        .isEqualTo(new Query.AccessDecision(true, "w"));
    assertThat(engine.ask(admin, new Query.CheckAccess("w", Operation.PULL, SECRET)))
        .isEqualTo(new Query.AccessDecision(false, "w"));
    assertThat(engine.ask(admin, new Query.CheckAccess("w", Operation.PUSH, HIGH)))
        .isEqualTo(new Query.AccessDecision(false, null));
    assertThat(engine.ask(admin, new Query.CheckAccess("a", Operation.PUSH, HIGH)).allowed())
        .isFalse();
    forbids(
        () -> engine.ask(worker, new Query.CheckAccess("admin", Operation.PUSH, HIGH)), FORBIDDEN);
  }

  @Test
  void rulesAreTheSameAfterARestart() {
    Principal producer = token("p", may("jobs:*", Operation.PUSH));
    cluster.restart();
    assertThat(holder("p")).isEqualTo(producer);
    assertThat(push(producer, HIGH)).isInstanceOf(Reply.Pushed.class);
    refused(push(producer, MAIL), FORBIDDEN);
    assertThat(cluster.engine().ask(new Query.ListRoles(null, 10)).roles())
        .extracting(Role::name)
        .containsExactly("p");
  }
}
