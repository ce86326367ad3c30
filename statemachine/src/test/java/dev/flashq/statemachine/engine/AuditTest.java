package dev.flashq.statemachine.engine;

import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditHead;
import dev.flashq.statemachine.AuditKey;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.NewJob;
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
import dev.flashq.statemachine.audit.Block;
import dev.flashq.statemachine.log.Submission;
import dev.flashq.statemachine.state.proto.StateProto.AuditBlock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTest {
  private static final QueueName MAIL = new QueueName("mail");
  private static final String SECRET = "a-secret-in-a-job";

  @TempDir Path folder;
  private EngineFixture cluster;
  private Principal ada;

  @BeforeEach
  void open() {
    cluster = new EngineFixture(folder);
    system(new Command.RaiseFeatureLevel(FeatureLevel.AUDIT));
    system(new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
    system(
        new Command.ListTokens(
            "n1", List.of(new ListedToken(hash("a"), "ada", List.of(Permission.EVERYTHING)))));
    ada = requireNonNull(cluster.engine().access().holder(hash("a")), "nobody").at("10.0.0.1");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private void system(Command command) {
    cluster.apply(Principal.SYSTEM, command);
  }

  private static ByteString hash(String token) {
    return ByteString.copyFromUtf8(token.repeat(32));
  }

  private JobId push() {
    Reply.Pushed pushed =
        (Reply.Pushed) cluster.apply(ada, cluster.queue("mail").pushCommand(SECRET, o -> o));
    return ((Reply.PushOutcome.Accepted) pushed.outcomes().getFirst()).id();
  }

  private JobView pull() {
    Reply reply = cluster.apply(ada, new Command.PullJobs(MAIL, 1, 0));
    return ((Reply.Delivered) reply).jobs().getFirst();
  }

  private List<AuditRecord> records() {
    return page(new Query.ListAudit(0, Long.MAX_VALUE, null, null, null, null, 0, 1000));
  }

  private List<AuditRecord> page(Query.ListAudit query) {
    return cluster.engine().ask(query).records();
  }

  private AuditRecord last() {
    return records().getLast();
  }

  @Test
  void whoDidWhatToWhichJobIsRecordedWithItsEffect() {
    JobId job = push();
    assertThat(last())
        .isEqualTo(
            new AuditRecord(
                2,
                cluster.now(),
                AuditAction.PUSH,
                "mail",
                List.of(job),
                1,
                0,
                null,
                "",
                "ada",
                "10.0.0.1"));
    JobView held = pull();
    assertThat(last().action()).isEqualTo(AuditAction.PULL);
    cluster.apply(ada, new Command.FailJob(new Claim(job, held.lease()), SECRET));
    assertThat(last().action()).isEqualTo(AuditAction.FAIL);
    assertThat(last().queue()).isEqualTo("mail");
    assertThat(last().jobs()).containsExactly(job);
  }

  @Test
  void aBatchIsOneRecordWithItsJobs() {
    var jobs = List.of(job(o -> o.uniqueKey("k")), job(o -> o.uniqueKey("k")), job(o -> o));
    cluster.apply(ada, new Command.PushJobs(MAIL, jobs));
    assertThat(last().jobs()).extracting(JobId::value).containsExactly(1L, 2L);
    assertThat(last().count()).isEqualTo(2);
    assertThat(last().failed()).isEqualTo(1);
    assertThat(last().refused()).isNull();

    JobView one = pull();
    JobView two = pull();
    cluster.apply(
        ada,
        new Command.AckJobs(
            List.of(
                new Command.Ack(new Claim(two.id(), two.lease()), null),
                new Command.Ack(new Claim(new JobId(99), 0), null),
                new Command.Ack(new Claim(one.id(), one.lease()), null))));
    assertThat(last().jobs()).containsExactly(two.id(), one.id());
    assertThat(last().failed()).isEqualTo(1);
  }

  private static NewJob job(UnaryOperator<JobOptions.Builder> options) {
    return new NewJob(Payload.json("1"), options.apply(JobOptions.builder()).build());
  }

  @Test
  void whatIsRefusedIsRecordedWithItsCode() {
    cluster.apply(ada, new Command.CancelJob(new JobId(99)));
    assertThat(last().refused()).isEqualTo(ErrorCode.JOB_NOT_FOUND);
    assertThat(last().jobs()).containsExactly(new JobId(99));
    Principal stranger = new Principal("eve", 77, "10.6.6.6");
    cluster.apply(stranger, cluster.queue("mail").pushCommand("x", o -> o));
    assertThat(last().refused()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(last().user()).isEqualTo("eve");
    assertThat(last().address()).isEqualTo("10.6.6.6");
  }

  @Test
  void whatHasNoEffectIsNoRecord() {
    push();
    int before = records().size();
    pull();
    cluster.apply(ada, new Command.PullJobs(MAIL, 1, 0));
    cluster.apply(ada, new Command.DrainQueue(MAIL, Long.MAX_VALUE, 10));
    assertThat(records()).hasSize(before + 1);
    RequestId id = new RequestId("c", 1, 0);
    Command push = cluster.queue("mail").pushCommand("x", o -> o);
    cluster.apply(ada, id, push);
    cluster.apply(ada, id, push);
    assertThat(records()).hasSize(before + 2);
    cluster.advance(Duration.ofSeconds(200));
    assertThat(records()).hasSize(before + 2);
  }

  @Test
  void administrationNamesWhatItIsAbout() {
    cluster.apply(
        ada, new Command.PutRole(new Role("worker", List.of(Permission.EVERYTHING), List.of())));
    cluster.apply(ada, new Command.CreateToken("w", hash("w"), List.of("worker"), 0));
    assertThat(records())
        .extracting(record -> record.action().word() + " " + record.subject())
        .endsWith("putRole worker", "createToken w");
    assertThat(records().getFirst().action()).isEqualTo(AuditAction.LIST_TOKENS);
    assertThat(records().getFirst().user()).isEqualTo("system");
  }

  @Test
  void noPayloadAndNoHashIsInTheTrail() {
    JobId job = push();
    cluster.apply(ada, new Command.UpdateJob(job, Payload.json('"' + SECRET + '"')));
    JobView held = pull();
    cluster.apply(ada, new Command.FailJob(new Claim(job, held.lease()), SECRET));
    for (ByteString block : blocks()) {
      assertThat(block.toStringUtf8()).doesNotContain(SECRET).doesNotContain("aaaaaaaa");
    }
  }

  private List<ByteString> blocks() {
    return cluster.engine().ask(new Query.ListAuditBlocks(0, 0, 1000)).blocks();
  }

  @Test
  void recordsOfAnEntryAreOneBlockAndEachNamesTheOneBefore() throws Exception {
    for (int i = 0; i < 5; i++) {
      var together = new ArrayList<Submission>();
      for (int j = 0; j < 3; j++) {
        together.add(new Submission(ada, null, cluster.queue("mail").pushCommand("x", o -> o)));
      }
      cluster.applyAll(together);
    }
    ByteString before = ByteString.EMPTY;
    long next = 1;
    for (ByteString bytes : blocks()) {
      AuditBlock block = AuditBlock.parseFrom(bytes);
      assertThat(block.getBefore()).isEqualTo(before);
      assertThat(block.getFirst()).isEqualTo(next);
      before = Block.hash(bytes.toByteArray());
      next += block.getCommandsCount();
    }
    assertThat(next).isEqualTo(17);
    assertThat(cluster.engine().ask(new Query.ListAuditBlocks(0, 0, 1)).head()).isEqualTo(before);
  }

  @Test
  void theTrailGoesOnAfterARestart() throws Exception {
    push();
    cluster.restart();
    push();
    List<ByteString> blocks = blocks();
    assertThat(AuditBlock.parseFrom(blocks.getLast()).getBefore())
        .isEqualTo(Block.hash(blocks.get(blocks.size() - 2).toByteArray()));
    assertThat(records()).extracting(AuditRecord::number).containsExactly(1L, 2L, 3L);
  }

  @Test
  void thePolicySaysWhatIsRecorded() {
    var rule =
        new AuditPolicy.Rule(
            List.of(AuditAction.PUSH), false, List.of("ma*"), AuditPolicy.Scope.REFUSED);
    cluster.apply(
        ada,
        new Command.SetAuditPolicy(
            new AuditPolicy(List.of(rule), AuditPolicy.KEEP_MS, AuditPolicy.KEEP_BYTES)));
    assertThat(last().action()).isEqualTo(AuditAction.SET_AUDIT_POLICY);
    int before = records().size();
    push();
    assertThat(records()).hasSize(before);
    cluster.apply(ada, cluster.queue("other").pushCommand("x", o -> o));
    assertThat(records()).hasSize(before + 1);
    cluster.apply(ada, new Command.SetPaused(MAIL, true));
    assertThat(records()).hasSize(before + 2);
    assertThat(cluster.engine().ask(new Query.GetAuditPolicy()).rules()).containsExactly(rule);
  }

  @Test
  void signsOfLifeAreRecordedOnlyWhenTheyAreRefused() {
    JobId job = push();
    JobView held = pull();
    int before = records().size();
    cluster.apply(ada, new Command.RenewLease(new Claim(job, held.lease())));
    assertThat(records()).hasSize(before);
    cluster.apply(ada, new Command.RenewLease(new Claim(job, held.lease() + 1)));
    assertThat(last().refused()).isEqualTo(ErrorCode.LEASE_LOST);
  }

  @Test
  void oldRecordsGoAndTheRestIsStillWhole() throws Exception {
    push();
    cluster.advance(Duration.ofDays(60));
    push();
    cluster.advance(Duration.ofDays(31));
    assertThat(records()).extracting(AuditRecord::number).containsExactly(3L);
    cluster.advance(Duration.ofDays(60));
    assertThat(records()).isEmpty();
    push();
    assertThat(records()).extracting(AuditRecord::number).containsExactly(4L);
    assertThat(AuditBlock.parseFrom(blocks().getFirst()).getBefore().size()).isEqualTo(32);
  }

  @Test
  void aFullTrailRefusesWhatItCouldNotRecord() {
    cluster.apply(
        ada, new Command.SetAuditPolicy(new AuditPolicy(List.of(), AuditPolicy.KEEP_MS, 1)));
    refused(
        cluster.apply(ada, cluster.queue("mail").pushCommand("x", o -> o)), ErrorCode.AUDIT_FULL);
    int before = records().size();
    refused(cluster.apply(ada, new Command.CancelJob(new JobId(99))), ErrorCode.AUDIT_FULL);
    assertThat(records()).hasSize(before);
    assertThat(unrecorded()).isEqualTo(2);
    cluster.apply(
        ada,
        new Command.SetAuditPolicy(
            new AuditPolicy(List.of(), AuditPolicy.KEEP_MS, AuditPolicy.KEEP_BYTES)));
    push();
  }

  @Test
  void refusedLoginsAreRecordedByAddress() {
    system(new Command.RaiseFeatureLevel(FeatureLevel.AUDIT_HEADS));
    system(
        new Command.NoteLogins(
            List.of(new Command.RefusedLogins("10.6.6.6", 17), new Command.RefusedLogins("", 2))));
    AuditRecord first = records().get(records().size() - 2);
    assertThat(first.action()).isEqualTo(AuditAction.LOGIN);
    assertThat(first.address()).isEqualTo("10.6.6.6");
    assertThat(first.count()).isEqualTo(17);
    assertThat(first.refused()).isEqualTo(ErrorCode.INVALID_TOKEN);
    assertThat(first.user()).isEmpty();
    assertThat(last().address()).isEmpty();
    refused(cluster.apply(ada, new Command.NoteLogins(List.of())), ErrorCode.FORBIDDEN);
  }

  /** Who guesses tokens must not stop those who have one. */
  @Test
  void refusedLoginsDoNotFillTheTrail() {
    long keep =
        cluster.engine().ask(new Query.ListAuditBlocks(0, 0, 1000)).blocks().stream()
                .mapToLong(ByteString::size)
                .sum()
            + 1000;
    cluster.apply(
        ada, new Command.SetAuditPolicy(new AuditPolicy(List.of(), AuditPolicy.KEEP_MS, keep)));
    for (int i = 0; i < 100; i++) {
      system(new Command.NoteLogins(List.of(new Command.RefusedLogins("10.6.6." + i, 2))));
    }
    assertThat(unrecorded()).isPositive();
    push();
  }

  @Test
  void whatWasWrittenOutMakesRoomWhereThePolicySaysSo() {
    system(new Command.RaiseFeatureLevel(FeatureLevel.AUDIT_HEADS));
    long keep = 2000;
    cluster.apply(
        ada,
        new Command.SetAuditPolicy(
            new AuditPolicy(
                List.of(), AuditPolicy.KEEP_MS, keep, AuditPolicy.WhenFull.DROP_EXPORTED)));
    Reply reply = Reply.Done.DONE;
    for (int i = 0; i < 100 && !(reply instanceof Reply.Refused); i++) {
      reply = cluster.apply(ada, cluster.queue("mail").pushCommand(SECRET, o -> o));
    }
    refused(reply, ErrorCode.AUDIT_FULL);
    long first = records().getFirst().number();
    AuditRecord middle = records().get(records().size() / 2);
    system(new Command.NoteExported(middle.number(), middle.atMs()));
    assertThat(cluster.engine().audit().exported()).isEqualTo(middle.number());
    push();
    assertThat(records().getFirst().number())
        .isGreaterThan(first)
        .isLessThanOrEqualTo(middle.number());
    for (int i = 0; i < 100; i++) {
      reply = cluster.apply(ada, cluster.queue("mail").pushCommand(SECRET, o -> o));
    }
    refused(reply, ErrorCode.AUDIT_FULL);
    assertThat(records().getFirst().number()).isLessThanOrEqualTo(middle.number() + 1);

    cluster.advance(Duration.ofDays(91));
    assertThat(records()).isEmpty();
    push();
  }

  @Test
  void aRecordThatDoesNotExistIsNotTakenForWrittenOut() {
    system(new Command.NoteExported(last().number() + 1, cluster.now()));
    assertThat(cluster.engine().audit().exported()).isZero();
    system(new Command.NoteExported(last().number(), cluster.now()));
    system(new Command.NoteExported(0, cluster.now()));
    assertThat(cluster.engine().audit().exported()).isEqualTo(last().number());
  }

  private Reply sign(AuditHead head, long first) {
    return cluster.apply(Principal.SYSTEM, new Command.SignAuditHead(head, first));
  }

  private AuditHead head() {
    return requireNonNull(cluster.engine().audit().head(), "no block");
  }

  private List<ByteString> heads() {
    return cluster.engine().ask(new Query.ListAuditBlocks(0, 0, 1000)).heads();
  }

  @Test
  void aHeadIsKeptWhenTheTrailHasItAndItIsNew() {
    system(new Command.RaiseFeatureLevel(FeatureLevel.AUDIT_HEADS));
    push();
    AuditHead head = head().signed(hash("s"));
    long first = cluster.engine().audit().first();
    push();
    for (AuditHead wrong :
        List.of(
            new AuditHead(head.index() + 1, head.count(), head.atMs(), head.hash(), hash("s")),
            new AuditHead(head.index(), head.count() + 1, head.atMs(), head.hash(), hash("s")),
            new AuditHead(head.index(), head.count(), head.atMs() + 1, head.hash(), hash("s")),
            new AuditHead(head.index(), head.count(), head.atMs(), hash("h"), hash("s")))) {
      refused(sign(wrong, first), ErrorCode.WRONG_STATE);
    }
    refused(sign(head, first + 1), ErrorCode.WRONG_STATE);
    assertThat(sign(head, first)).isEqualTo(Reply.Done.DONE);
    refused(sign(head, first), ErrorCode.WRONG_STATE);
    assertThat(cluster.engine().audit().signed()).isEqualTo(head.count());
    assertThat(heads()).hasSize(1);
    refused(cluster.apply(ada, new Command.SignAuditHead(head, first)), ErrorCode.FORBIDDEN);
    cluster.restart();
    assertThat(heads()).hasSize(1);
  }

  @Test
  void theFirstKeyStaysAndItsPrivateHalfIsNotShown() {
    system(new Command.RaiseFeatureLevel(FeatureLevel.AUDIT_HEADS));
    system(new Command.SetAuditKey(new AuditKey(hash("u"), hash("v"))));
    system(new Command.SetAuditKey(new AuditKey(hash("x"), hash("y"))));
    cluster.restart();
    assertThat(requireNonNull(cluster.engine().audit().key()).publicHalf()).isEqualTo(hash("u"));
    Query.AuditBlocks page = cluster.engine().ask(new Query.ListAuditBlocks(0, 0, 1000));
    assertThat(page.key()).isEqualTo(hash("u"));
    assertThat(page.toString()).doesNotContain("vvvv");
  }

  @Test
  void headsGoWithTheirBlocks() {
    system(new Command.RaiseFeatureLevel(FeatureLevel.AUDIT_HEADS));
    for (int i = 0; i < 5; i++) {
      push();
      sign(head().signed(hash("s")), cluster.engine().audit().first());
      cluster.advance(Duration.ofDays(1));
    }
    assertThat(heads()).hasSize(5);
    cluster.advance(Duration.ofDays(87));
    assertThat(heads()).hasSize(blocks().size()).hasSizeBetween(1, 4);
    cluster.advance(Duration.ofDays(10));
    assertThat(blocks()).isEmpty();
    assertThat(heads()).isEmpty();
  }

  @Test
  void aReadIsRecordedWithItsPrincipal() {
    system(new Command.RaiseFeatureLevel(FeatureLevel.AUDIT_HEADS));
    JobId job = push();
    cluster.apply(ada, new Command.NoteRead(AuditAction.GET_JOB, MAIL, List.of(job), 1, null));
    assertThat(last().action()).isEqualTo(AuditAction.GET_JOB);
    assertThat(last().user()).isEqualTo("ada");
    assertThat(last().queue()).isEqualTo("mail");
    assertThat(last().jobs()).containsExactly(job);
    refused(
        cluster.apply(
            ada,
            new Command.NoteRead(AuditAction.GET_JOBS, MAIL, List.of(), 0, ErrorCode.FORBIDDEN)),
        ErrorCode.FORBIDDEN);
    assertThat(last().refused()).isEqualTo(ErrorCode.FORBIDDEN);
    Principal gone = new Principal("eve", 77, null);
    refused(
        cluster.apply(gone, new Command.NoteRead(AuditAction.GET_JOBS, MAIL, List.of(), 9, null)),
        ErrorCode.UNAUTHENTICATED);
    assertThat(last().refused()).isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void readsAreRecordedOnlyWhereThePolicyNamesThem() {
    var everything = new AuditPolicy.Rule(List.of(), true, List.of("*"), AuditPolicy.Scope.ALL);
    var jobs =
        new AuditPolicy.Rule(
            List.of(AuditAction.GET_JOB), false, List.of("mail"), AuditPolicy.Scope.ALL);
    var policy = new AuditPolicy(List.of(everything, jobs), 1, 1);
    assertThat(policy.records(AuditAction.GET_JOB, "mail")).isTrue();
    assertThat(policy.records(AuditAction.GET_JOB, "other")).isFalse();
    assertThat(policy.records(AuditAction.GET_JOBS, "mail")).isFalse();
    assertThat(policy.mayRecord(AuditAction.GET_JOB)).isTrue();
    assertThat(policy.mayRecord(AuditAction.GET_JOBS)).isFalse();
    assertThat(AuditPolicy.DEFAULT.mayRecord(AuditAction.GET_JOB)).isFalse();
    assertThat(AuditPolicy.DEFAULT.records(AuditAction.GET_JOB, "mail")).isFalse();
    assertThat(FeatureLevel.of(new Command.SetAuditPolicy(policy)))
        .isEqualTo(FeatureLevel.AUDIT_HEADS);
    assertThat(FeatureLevel.of(new Command.SetAuditPolicy(AuditPolicy.DEFAULT)))
        .isEqualTo(FeatureLevel.AUDIT);
  }

  private long unrecorded() {
    return cluster.engine().ask(new Query.ListAuditBlocks(0, 0, 1)).unrecorded();
  }

  /** Who floods an open cluster with what is refused must not stop the others. */
  @Test
  void aFullTrailDoesNotHoldUpWhatIsNotRecorded() {
    var refusals = new AuditPolicy.Rule(List.of(), true, List.of("*"), AuditPolicy.Scope.REFUSED);
    cluster.apply(
        ada,
        new Command.SetAuditPolicy(new AuditPolicy(List.of(refusals), AuditPolicy.KEEP_MS, 1)));
    push();
    pull();
    refused(cluster.apply(ada, new Command.CancelJob(new JobId(99))), ErrorCode.JOB_NOT_FOUND);
    assertThat(unrecorded()).isEqualTo(1);
    refused(cluster.apply(ada, new Command.SetPaused(MAIL, true)), ErrorCode.AUDIT_FULL);
  }

  @Test
  void aShorterTimeToKeepLetsOldRecordsGoSoon() {
    push();
    cluster.advance(Duration.ofDays(2));
    cluster.apply(
        ada,
        new Command.SetAuditPolicy(
            new AuditPolicy(List.of(), Duration.ofDays(1).toMillis(), AuditPolicy.KEEP_BYTES)));
    cluster.tick();
    assertThat(records())
        .extracting(AuditRecord::action)
        .containsExactly(AuditAction.SET_AUDIT_POLICY);
  }

  @Test
  void recordsAreFoundByTimeUserActionQueueAndSuccess() {
    push();
    long then = cluster.now();
    cluster.advance(Duration.ofHours(1));
    cluster.apply(ada, cluster.queue("other").pushCommand("x", o -> o));
    cluster.apply(ada, new Command.CancelJob(new JobId(99)));
    assertThat(page(new Query.ListAudit(then + 1, Long.MAX_VALUE, null, null, null, null, 0, 10)))
        .hasSize(2);
    assertThat(page(new Query.ListAudit(0, then + 1, null, null, null, null, 0, 10))).hasSize(2);
    assertThat(
            page(new Query.ListAudit(0, Long.MAX_VALUE, null, AuditAction.PUSH, MAIL, true, 0, 10)))
        .hasSize(1);
    assertThat(page(new Query.ListAudit(0, Long.MAX_VALUE, null, null, null, false, 0, 10)))
        .extracting(AuditRecord::action)
        .containsExactly(AuditAction.CANCEL);
    assertThat(page(new Query.ListAudit(0, Long.MAX_VALUE, "bob", null, null, null, 0, 10)))
        .isEmpty();
    Query.AuditPage first =
        cluster.engine().ask(new Query.ListAudit(0, Long.MAX_VALUE, null, null, null, null, 0, 3));
    assertThat(first.more()).isTrue();
    assertThat(
            page(new Query.ListAudit(0, Long.MAX_VALUE, null, null, null, null, first.next(), 10)))
        .extracting(AuditRecord::number)
        .containsExactly(4L);
  }

  @Test
  void onlyWhoMayReadTheTrailReadsIt() {
    var worker = new Permission(List.of("*"), List.of(Operation.ADMIN), false);
    var auditor = new Permission(List.of("*"), List.of(Operation.AUDIT), false);
    cluster.apply(ada, new Command.PutRole(new Role("w", List.of(worker), List.of())));
    cluster.apply(ada, new Command.PutRole(new Role("r", List.of(auditor), List.of())));
    cluster.apply(ada, new Command.CreateToken("w", hash("w"), List.of("w"), 0));
    cluster.apply(ada, new Command.CreateToken("r", hash("r"), List.of("r"), 0));
    var query = new Query.ListAudit(0, Long.MAX_VALUE, null, null, null, null, 0, 10);
    Principal reader = requireNonNull(cluster.engine().access().holder(hash("r")), "nobody");
    Principal other = requireNonNull(cluster.engine().access().holder(hash("w")), "nobody");
    assertThat(cluster.engine().ask(reader, query).records()).isNotEmpty();
    assertThatThrownBy(() -> cluster.engine().ask(other, query))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void inAnOpenClusterOnlyRefusalsAndAdministrationAreRecorded() {
    try (var open = new EngineFixture(folder.resolve("open"))) {
      open.apply(Principal.SYSTEM, new Command.RaiseFeatureLevel(FeatureLevel.AUDIT));
      open.queue("mail").push("x");
      open.apply(new Command.SetPaused(MAIL, true));
      open.apply(new Command.CancelJob(new JobId(99)));
      assertThat(
              open.engine()
                  .ask(new Query.ListAudit(0, Long.MAX_VALUE, null, null, null, null, 0, 10))
                  .records())
          .extracting(AuditRecord::action)
          .containsExactly(AuditAction.PAUSE, AuditAction.CANCEL);
    }
  }
}
