package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.VALIDATION_ERROR;
import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.DataSchema.Mode;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Inspection;
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
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome.Accepted;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import dev.flashq.statemachine.log.Submission;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataRulesTest {
  private static final ByteString TEXT = ByteString.copyFromUtf8("{}");
  private static final Principal TESTER = new Principal("tester");

  @TempDir Path folder;
  private EngineFixture cluster;
  private QueueFixture mail;

  @BeforeEach
  void open() {
    cluster = new EngineFixture(folder);
    mail = cluster.queue("mail");
    cluster.apply(Principal.SYSTEM, new Command.RaiseFeatureLevel(FeatureLevel.CURRENT));
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private void done(Command command) {
    assertThat(cluster.apply(command)).isEqualTo(Reply.Done.DONE);
  }

  private void schema(String queues) {
    done(new Command.SetSchema(queues, Mode.ENFORCE, TEXT));
  }

  private long version() {
    return cluster.engine().dataRules().version();
  }

  private Reply apply(@Nullable RequestId id, Command command, Inspection inspection) {
    return cluster.applyAll(List.of(new Submission(TESTER, id, command, inspection))).getFirst();
  }

  private Command.PushJobs push(int count) {
    NewJob job = new NewJob(Payload.json("1"), JobOptions.DEFAULTS);
    return new Command.PushJobs(mail.name(), IntStream.range(0, count).mapToObj(_ -> job).toList());
  }

  private static Inspection by(long version) {
    return new Inspection(version, List.of());
  }

  private static Inspection flawed(long version, int... items) {
    return new Inspection(
        version,
        IntStream.of(items).mapToObj(item -> new Inspection.Flaw(item, "wrong " + item)).toList());
  }

  @Test
  void whatWasInspectedByOtherRulesHasNoEffectAndMayComeAgain() {
    RequestId id = new RequestId("tester/c", 1, 0);
    schema("mail");
    long before = version();
    schema("other");
    assertThat(version()).isEqualTo(before + 1);

    refused(apply(id, push(1), by(before)), SERVICE_UNAVAILABLE);
    refused(apply(id, push(1), by(version() + 1)), SERVICE_UNAVAILABLE);
    assertThat(mail.counts().waiting()).isZero();

    assertThat(apply(id, push(1), by(version()))).isInstanceOf(Reply.Pushed.class);
    Reply again = apply(id, push(1), by(before));
    assertThat(again).as("the answer that was given").isInstanceOf(Reply.Pushed.class);
    assertThat(mail.counts().waiting()).isEqualTo(1);
  }

  @Test
  void everythingThatCarriesDataIsInspected() {
    mail.push("1");
    JobView job = mail.mustPull();
    Claim claim = new Claim(job.id(), job.lease());
    schema("mail");
    for (Command command :
        List.of(
            push(1),
            new Command.UpdateJob(job.id(), Payload.json("2")),
            new Command.AckJobs(List.of(new Command.Ack(claim, Payload.json("2")))),
            new Command.FailJob(claim, "error"),
            new Command.ReportProgress(claim, 5, "message"))) {
      refused(apply(null, command, by(1000)), SERVICE_UNAVAILABLE);
    }
    done(new Command.ReportProgress(claim, 5, null));
    done(new Command.RenewLease(claim));
    assertThat(cluster.apply(new Command.AckJobs(List.of(new Command.Ack(claim, null)))))
        .isEqualTo(new Reply.Acked(1, List.of()));
  }

  @Test
  void aFlawRefusesItsItemAndNothingElse() {
    schema("mail");
    Reply reply = apply(null, push(3), flawed(version(), 1));
    assertThat(reply).isInstanceOf(Reply.Pushed.class);
    List<Reply.PushOutcome> outcomes = ((Reply.Pushed) reply).outcomes();
    assertThat(outcomes.get(0)).isInstanceOf(Accepted.class);
    assertThat(outcomes.get(1))
        .isInstanceOfSatisfying(
            Reply.Refused.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(VALIDATION_ERROR);
              assertThat(refusal.detail()).isEqualTo("wrong 1");
            });
    assertThat(outcomes.get(2)).isInstanceOf(Accepted.class);
    assertThat(mail.counts().waiting()).isEqualTo(2);
  }

  @Test
  void aRefusalForDataIsKeptForWhoAsksAgain() {
    RequestId id = new RequestId("tester/c", 1, 0);
    schema("mail");
    Reply first = apply(id, push(2), flawed(version(), 0));
    assertThat(apply(id, push(2), by(version()))).isEqualTo(first);
    assertThat(mail.counts().waiting()).isEqualTo(1);
  }

  @Test
  void aResultWithAFlawLeavesItsJobActiveAndCompletesTheOthers() {
    mail.push("1");
    mail.push("2");
    List<JobView> jobs = mail.pull(2);
    schema("mail");
    var acks =
        jobs.stream()
            .map(
                job ->
                    new Command.Ack(new Claim(job.id(), job.lease()), Payload.json("\"result\"")))
            .toList();
    Reply reply = apply(null, new Command.AckJobs(acks), flawed(version(), 1));
    assertThat(reply).isInstanceOf(Reply.Acked.class);
    assertThat(((Reply.Acked) reply).count()).isEqualTo(1);
    assertThat(((Reply.Acked) reply).failures())
        .singleElement()
        .satisfies(failure -> assertThat(failure.refusal().code()).isEqualTo(VALIDATION_ERROR));
    assertThat(mail.counts().active()).isEqualTo(1);

    Command update = new Command.UpdateJob(jobs.get(1).id(), Payload.NULL);
    refused(apply(null, update, flawed(version(), 0)), VALIDATION_ERROR);
    assertThat(QueueFixture.data(cluster.job(jobs.get(1).id()))).isEqualTo("2");
  }

  @Test
  void rulesOutliveARestartWithTheirVersions() {
    schema("mail*");
    done(new Command.SetSchema("b", Mode.REPORT, TEXT));
    var policy = new DataPolicy("*", true, List.of("cvv"), true, 7);
    done(new Command.SetDataPolicy(policy));
    var before = cluster.engine().dataRules();
    cluster.restart();
    assertThat(cluster.engine().dataRules()).isEqualTo(before);
    assertThat(before.policies()).containsExactly(policy);
    assertThat(before.schemas())
        .containsExactly(
            new DataSchema("b", 2, Mode.REPORT, TEXT),
            new DataSchema("mail*", 1, Mode.ENFORCE, TEXT));
  }

  @Test
  void everyChangeMakesAnotherVersionAndIsTold() {
    schema("a");
    schema("a");
    done(new Command.SetSchema("a", Mode.ENFORCE, null));
    assertThat(version()).isEqualTo(3);
    assertThat(cluster.dataRuleChanges()).isEqualTo(3);
    done(new Command.SetSchema("a", Mode.ENFORCE, null));
    done(new Command.SetDataPolicy(new DataPolicy("a", false, List.of(), false, 0)));
    assertThat(version()).as("nothing has changed").isEqualTo(3);
    assertThat(cluster.engine().dataRules().isEmpty()).isTrue();
  }

  @Test
  void keepsABoundedNumberOfRules() {
    for (int i = 0; i < Limits.SCHEMAS; i++) {
      schema("a" + i);
    }
    refused(cluster.apply(new Command.SetSchema("more", Mode.ENFORCE, TEXT)), LIMIT_EXCEEDED);
    schema("a1");
    for (int i = 0; i < Limits.DATA_POLICIES; i++) {
      done(new Command.SetDataPolicy(new DataPolicy("a" + i, true, List.of(), false, 0)));
    }
    refused(
        cluster.apply(new Command.SetDataPolicy(new DataPolicy("more", true, List.of(), false, 0))),
        LIMIT_EXCEEDED);
  }

  @Test
  void listsThoseThatCoverAQueue() {
    schema("mail*");
    schema("*");
    schema("other");
    Query.Schemas covering =
        cluster.engine().ask(new Query.ListSchemas(new QueueName("mail.a"), null, 10));
    assertThat(covering.schemas()).extracting(DataSchema::queues).containsExactly("*", "mail*");
    Query.Schemas first = cluster.engine().ask(new Query.ListSchemas(null, null, 2));
    assertThat(first.more()).isTrue();
    Query.Schemas rest =
        cluster.engine().ask(new Query.ListSchemas(null, first.schemas().getLast().queues(), 2));
    assertThat(rest.schemas()).extracting(DataSchema::queues).containsExactly("other");
    assertThat(rest.more()).isFalse();
  }

  @Test
  void whoAdministersAQueueMaySetItsSchemaAndNoOther() {
    cluster.apply(Principal.SYSTEM, new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
    ByteString hash = ByteString.copyFromUtf8("h".repeat(32));
    var permission = new Permission(List.of("mail"), List.of(Operation.ADMIN), false);
    cluster.apply(
        Principal.SYSTEM,
        new Command.ListTokens("n1", List.of(new ListedToken(hash, "ada", List.of(permission)))));
    Principal ada = requireNonNull(cluster.engine().access().holder(hash));
    assertThat(cluster.apply(ada, new Command.SetSchema("mail", Mode.ENFORCE, TEXT)))
        .isEqualTo(Reply.Done.DONE);
    refused(cluster.apply(ada, new Command.SetSchema("other", Mode.ENFORCE, TEXT)), FORBIDDEN);
    refused(cluster.apply(ada, new Command.SetSchema("mail*", Mode.ENFORCE, TEXT)), FORBIDDEN);
    refused(
        cluster.apply(
            ada, new Command.SetDataPolicy(new DataPolicy("mail", true, List.of(), true, 0))),
        FORBIDDEN);
  }

  @Test
  void recordsRefusalsForDataAndNoneForOtherRules() {
    schema("mail");
    apply(null, push(1), by(1000));
    apply(null, push(1), flawed(version(), 0));
    List<AuditRecord> records =
        cluster
            .engine()
            .ask(new Query.ListAudit(0, Long.MAX_VALUE, null, null, null, null, 0, 100))
            .records();
    assertThat(records)
        .extracting(AuditRecord::action)
        .containsExactly(AuditAction.SET_SCHEMA, AuditAction.PUSH);
    assertThat(records.getLast().refused()).isEqualTo(VALIDATION_ERROR);
  }
}
