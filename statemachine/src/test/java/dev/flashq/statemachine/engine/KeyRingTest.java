package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.WRONG_STATE;
import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.Reseal;
import dev.flashq.statemachine.StoredKey;
import dev.flashq.statemachine.WrappedKey;
import dev.flashq.statemachine.log.Submission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of keys; how they come about and what is done with them is the nodes' business. */
class KeyRingTest extends WithEngine {
  private static final ByteString WRAPPED = ByteString.copyFromUtf8("wrapped");
  private static final ByteString AGAIN = ByteString.copyFromUtf8("wrapped again");
  private static final ByteString ANNA = ByteString.copyFromUtf8("hash of anna");
  private static final ByteString BERT = ByteString.copyFromUtf8("hash of bert");

  private static final Duration UNUSED = Duration.ofMillis(Limits.UNUSED_SUBJECT_MS);

  @BeforeEach
  void level() {
    apply(new Command.RaiseFeatureLevel(FeatureLevel.SEALING));
    assertThat(begin(1)).isEqualTo(Done.DONE);
  }

  private Reply apply(Command command) {
    return cluster.apply(Principal.SYSTEM, command);
  }

  private Reply begin(long ring) {
    return apply(new Command.BeginRing(ring, ByteString.copyFromUtf8("ring " + ring)));
  }

  private Reply seal(String queues, long ring) {
    return apply(new Command.SealQueues(queues, new WrappedKey(ring, WRAPPED), false));
  }

  private KeyRing ring() {
    return cluster.engine().keyRing();
  }

  private Query.Sealing sealing() {
    return cluster.engine().ask(new Query.GetSealing());
  }

  private Reply add(ByteString... subjects) {
    var keys = new ArrayList<Command.NewKey>();
    for (ByteString subject : subjects) {
      keys.add(new Command.NewKey(subject, WRAPPED));
    }
    return apply(new Command.AddKeys(ring().ring(), keys));
  }

  private @Nullable StoredKey subject(ByteString hash) {
    List<StoredKey> found =
        cluster.engine().ask(new Query.SubjectKeys(List.of(hash), List.of())).keys();
    return found.isEmpty() ? null : found.getFirst();
  }

  /** A push as a node seals it. */
  private Reply push(String data, @Nullable StoredKey about) {
    return apply(
        seen(
            new Command.PushJobs(
                queue.name(),
                List.of(
                    new NewJob(
                        sealed(data),
                        queueOptions(
                            o -> about == null ? o : o.subject(Long.toString(about.id()))))))));
  }

  private static dev.flashq.statemachine.JobOptions queueOptions(
      UnaryOperator<dev.flashq.statemachine.JobOptions.Builder> options) {
    return options.apply(dev.flashq.statemachine.JobOptions.builder()).build();
  }

  private Submission seen(Command command) {
    return new Submission(
        Principal.SYSTEM,
        null,
        command,
        new Inspection(cluster.engine().dataRules().version(), List.of()));
  }

  private Reply apply(Submission submission) {
    return cluster.applyAll(List.of(submission)).getFirst();
  }

  private static Payload sealed(String text) {
    return new Payload(Payload.Encoding.SEALED, ByteString.copyFromUtf8(text));
  }

  private static JobId id(Reply reply) {
    return ((Reply.PushOutcome.Accepted) ((Reply.Pushed) reply).outcomes().getFirst()).id();
  }

  private void assertStale(Reply reply) {
    refused(reply, SERVICE_UNAVAILABLE);
  }

  @Test
  void aPatternIsSealedUnderTheKeyThatWasSaidLast() {
    assertThat(seal("mail*", 1)).isEqualTo(Done.DONE);
    long version = cluster.engine().dataRules().version();
    assertThat(seal("mail*", 1)).isEqualTo(Done.DONE);
    assertThat(cluster.engine().dataRules().version()).isGreaterThan(version);
    assertThat(cluster.engine().dataRules().namespaces())
        .containsExactly(new Namespace("mail*", 2));
    assertThat(ring().keys()).extracting(StoredKey::id).containsExactly(1L, 2L);
    cluster.restart();
    assertThat(sealing().namespaces()).containsExactly(new Namespace("mail*", 2));
    assertThat(cluster.engine().keyRing()).isEqualTo(sealing().keys());
    assertThat(apply(new Command.UnsealQueues("mail*"))).isEqualTo(Done.DONE);
    assertThat(cluster.engine().dataRules().namespaces()).isEmpty();
    assertThat(ring().keys()).hasSize(2);
  }

  @Test
  void whatWasSealedUnderAnotherKeyIsSealedAgain() {
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    Submission early = seen(queue.pushCommand("x", o -> o));
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertStale(apply(early));
    assertThat(push("x", null)).isInstanceOf(Reply.Pushed.class);
  }

  @Test
  void keysUnderAnotherRingKeyAreMadeAgain() {
    assertStale(seal("*", 2));
    assertStale(seal("*", 0));
    assertStale(apply(new Command.SealQueues("*", null, false)));
    assertStale(apply(new Command.AddKeys(2, List.of())));
    assertStale(apply(new Command.RewrapKeys(2, List.of())));
    assertThat(ring().keys()).isEmpty();
  }

  @Test
  void thereAreNoMoreThanSoMany() {
    for (int i = 0; i < Limits.NAMESPACES; i++) {
      assertThat(seal("q" + i, 1)).isEqualTo(Done.DONE);
    }
    refused(seal("another", 1), LIMIT_EXCEEDED);
    for (int i = Limits.NAMESPACES; i < Limits.NAMESPACE_KEYS; i++) {
      assertThat(seal("q1", 1)).isEqualTo(Done.DONE);
    }
    refused(seal("q1", 1), LIMIT_EXCEEDED);
  }

  @Test
  void anotherRingKeyTakesThePlaceWhenAllIsWrappedUnderIt() {
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertThat(add(ByteString.EMPTY, ANNA)).isEqualTo(Done.DONE);
    assertStale(begin(3));
    assertThat(begin(1)).isEqualTo(Done.DONE);
    assertThat(begin(2)).isEqualTo(Done.DONE);
    assertThat(ring().unwrapped()).isEqualTo(3);
    assertStale(begin(3));
    var page = cluster.engine().ask(new Query.KeysToRewrap(2, 0));
    assertThat(page.keys()).extracting(StoredKey::id).containsExactly(1L, 2L);
    rewrap(page);
    assertThat(ring().unwrapped()).isEqualTo(1);
    page = cluster.engine().ask(new Query.KeysToRewrap(2, 0));
    assertThat(page.keys()).extracting(StoredKey::id).containsExactly(3L);
    rewrap(page);
    rewrap(page);
    assertThat(ring().unwrapped()).isZero();
    assertThat(cluster.engine().ask(new Query.KeysToRewrap(2, 0)).keys()).isEmpty();
    assertThat(requireNonNull(ring().key(1)).wrapped()).isEqualTo(new WrappedKey(2, AGAIN));
    assertThat(requireNonNull(subject(ANNA)).wrapped()).isEqualTo(new WrappedKey(2, AGAIN));
    assertThat(begin(3)).isEqualTo(Done.DONE);
  }

  private void rewrap(Query.KeyPage page) {
    var keys = page.keys().stream().map(key -> new Command.RewrappedKey(key.id(), AGAIN)).toList();
    assertThat(apply(new Command.RewrapKeys(ring().ring(), keys))).isEqualTo(Done.DONE);
  }

  @Test
  void aNamespaceIsDestroyedWithAllItsKeys() {
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertThat(seal("other", 1)).isEqualTo(Done.DONE);
    assertThat(apply(new Command.SealQueues("*", new WrappedKey(1, AGAIN), true)))
        .isEqualTo(Done.DONE);
    assertThat(ring().keys()).extracting(StoredKey::id).containsExactly(3L, 4L);
    assertThat(ring().wanted()).isTrue();
    assertThat(ring().destroyed()).isEqualTo(2);
    assertThat(begin(2)).isEqualTo(Done.DONE);
    assertThat(ring().wanted()).isFalse();
  }

  @Test
  void theKeyOfASubjectLivesALittleLongerThanItsJobs() {
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertThat(add(ANNA, BERT, ANNA)).isEqualTo(Done.DONE);
    StoredKey anna = requireNonNull(subject(ANNA));
    JobId first = id(push("1", anna));
    JobId second = id(push("2", anna));
    assertThat(ring().subjects()).isEqualTo(2);
    assertThat(apply(new Command.CancelJob(first))).isEqualTo(Done.DONE);
    assertThat(subject(ANNA)).isEqualTo(anna);
    cluster.advance(Duration.ofHours(1));
    JobId third = id(push("3", anna));
    assertThat(apply(new Command.CancelJob(second))).isEqualTo(Done.DONE);
    assertThat(apply(new Command.CancelJob(third))).isEqualTo(Done.DONE);
    cluster.advance(UNUSED.minusMillis(10));
    assertThat(subject(ANNA)).isEqualTo(anna);
    cluster.advance(UNUSED);
    assertThat(subject(ANNA)).isNull();
    assertThat(ring().subjects()).isZero();
    assertThat(ring().destroyed()).isZero();
    assertStale(push("4", anna));
    assertThat(add(ANNA)).isEqualTo(Done.DONE);
    assertThat(requireNonNull(subject(ANNA)).id()).isGreaterThan(anna.id());
  }

  @Test
  void aKeyThatNoJobEverNeededGoes() {
    assertThat(add(ANNA, BERT)).isEqualTo(Done.DONE);
    StoredKey bert = requireNonNull(subject(BERT));
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    var _ = push("1", bert);
    cluster.advance(UNUSED);
    assertThat(subject(ANNA)).isNull();
    assertThat(subject(BERT)).isEqualTo(bert);
    assertThat(ring().subjects()).isEqualTo(1);
  }

  @Test
  void aKeyThatIsNeededAgainStaysAndCountsAnewWhenItIsNot() {
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertThat(add(ANNA)).isEqualTo(Done.DONE);
    StoredKey anna = requireNonNull(subject(ANNA));
    for (int i = 0; i < 10; i++) {
      JobId job = id(push("1", anna));
      cluster.advance(UNUSED.dividedBy(2));
      assertThat(apply(new Command.CancelJob(job))).isEqualTo(Done.DONE);
      cluster.advance(UNUSED.dividedBy(2).plusMillis(1));
      assertThat(subject(ANNA)).isEqualTo(anna);
    }
    cluster.advance(UNUSED.dividedBy(2));
    assertThat(subject(ANNA)).isNull();
  }

  @Test
  void theKeyGoesWhenACompletedJobIsForgotten() {
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertThat(add(ANNA)).isEqualTo(Done.DONE);
    var _ = push("1", subject(ANNA));
    JobView job = queue.mustPull();
    assertThat(
            apply(
                seen(
                    new Command.AckJobs(
                        List.of(new Command.Ack(new Claim(job.id(), job.lease()), sealed("r")))))))
        .isInstanceOf(Reply.Acked.class);
    assertThat(subject(ANNA)).isNotNull();
    cluster.advance(Duration.ofDays(60));
    assertThat(cluster.engine().ask(new Query.GetJob(job.id())).job()).isNull();
    cluster.advance(UNUSED);
    assertThat(subject(ANNA)).isNull();
  }

  @Test
  void aSubjectIsDestroyedWhileThereAreJobs() {
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertThat(add(ANNA)).isEqualTo(Done.DONE);
    StoredKey anna = requireNonNull(subject(ANNA));
    JobId job = id(push("1", anna));
    assertThat(apply(new Command.DestroySubject("", ANNA))).isEqualTo(new Removed(1, false));
    assertThat(subject(ANNA)).isNull();
    assertThat(ring().wanted()).isTrue();
    assertStale(push("2", anna));
    assertThat(apply(new Command.CancelJob(job))).isEqualTo(Done.DONE);
    assertThat(ring().subjects()).isZero();
  }

  @Test
  void oneThatIsNotKnownMayStandInOldSnapshots() {
    assertThat(apply(new Command.DestroySubject("", BERT))).isEqualTo(new Removed(0, false));
    assertThat(ring().wanted()).isTrue();
  }

  private Reply reseal(Reseal reseal, long to, Erasure.Replacement... replacements) {
    return apply(
        new Command.ResealJobs(
            reseal.version(), reseal.next(), to, 1, 0, List.of(replacements), false));
  }

  @Test
  void whatIsThereIsSealedAnewStepByStep() {
    JobId waiting = queue.push("clear");
    JobId failed = queue.push("also clear", o -> o.maxAttempts(1));
    JobView job = queue.mustPull();
    queue.ack(job);
    job = queue.mustPull();
    queue.fail(job, "bad luck");
    assertThat(job.id()).isEqualTo(failed);
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    Reseal.Page page = cluster.engine().ask(new Query.NextReseal());
    assertThat(page.reseal().isRunning()).isTrue();
    assertThat(page.reseal().last()).isEqualTo(failed.value());
    Reseal.Item dead =
        page.items().stream().filter(item -> item.job().equals(failed)).findFirst().orElseThrow();
    assertThat(dead.queue()).isEqualTo(new QueueName(queue.name().value()));
    assertThat(dead.contents())
        .extracting(Reseal.Content::part)
        .containsExactly(JobPart.DATA, JobPart.ERROR, JobPart.MESSAGE);
    Reseal.Content error = dead.contents().get(1);
    var replacement =
        new Erasure.Replacement(
            failed, JobPart.ERROR, Erasure.hash(error.payload()), sealed("sealed"));
    assertThat(reseal(page.reseal(), waiting.value() + 1)).isEqualTo(new Removed(0, true));
    Reseal going = sealing().reseal();
    assertThat(going.next()).isEqualTo(waiting.value() + 1);
    assertThat(reseal(page.reseal(), 100)).isEqualTo(new Removed(0, true));
    assertThat(sealing().reseal()).isEqualTo(going);
    assertThat(reseal(going, failed.value() + 1, replacement)).isEqualTo(new Removed(0, false));
    assertThat(sealing().reseal().isRunning()).isFalse();
    assertThat(sealing().reseal().counts().sealed()).isEqualTo(1);
    JobView view = requireNonNull(cluster.engine().ask(new Query.GetJob(failed)).job());
    assertThat(view.error()).isNull();
    assertThat(view.sealed().error()).isEqualTo(ByteString.copyFromUtf8("sealed"));
  }

  @Test
  void keysOfEarlierDaysGoWhenAllIsSealedAnew() {
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    assertThat(ring().keys()).hasSize(2);
    assertThat(reseal(sealing().reseal(), 1)).isEqualTo(new Removed(0, false));
    assertThat(ring().keys()).extracting(StoredKey::id).containsExactly(2L);
    assertThat(ring().destroyed()).isZero();
  }

  @Test
  void aStepThatFindsSomethingElseDoesNothing() {
    JobId job = queue.push("clear");
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    var wrong =
        new Erasure.Replacement(
            job, JobPart.DATA, Erasure.hash(Payload.json("1")), sealed("sealed"));
    assertThat(reseal(sealing().reseal(), 100, wrong)).isEqualTo(new Removed(0, true));
    assertThat(sealing().reseal().isRunning()).isTrue();
    var skipping =
        new Command.ResealJobs(sealing().reseal().version(), 1, 100, 1, 0, List.of(wrong), true);
    assertThat(apply(skipping)).isEqualTo(new Removed(0, true));
    assertThat(sealing().reseal().isRunning()).isTrue();
    assertThat(sealing().reseal().next()).isEqualTo(1);
  }

  @Test
  void whatIsDoneToKeysIsRecorded() {
    assertThat(seal("mail*", 1)).isEqualTo(Done.DONE);
    assertThat(apply(new Command.SealQueues("mail*", new WrappedKey(1, AGAIN), true)))
        .isEqualTo(Done.DONE);
    assertThat(apply(new Command.DestroySubject("", ANNA))).isInstanceOf(Removed.class);
    assertThat(apply(new Command.UnsealQueues("mail*"))).isEqualTo(Done.DONE);
    List<AuditRecord> records =
        cluster
            .engine()
            .ask(new Query.ListAudit(0, Long.MAX_VALUE / 2, null, null, null, null, 0, 100))
            .records();
    assertThat(records)
        .extracting(AuditRecord::action)
        .containsSubsequence(
            AuditAction.BEGIN_RING,
            AuditAction.SET_ENCRYPTION,
            AuditAction.DESTROY_KEYS,
            AuditAction.DESTROY_SUBJECT,
            AuditAction.STOP_ENCRYPTION);
    assertThat(records).extracting(AuditRecord::subject).contains("mail*");
  }

  private Reply destroy(String queues) {
    return apply(new Command.SealQueues(queues, new WrappedKey(1, AGAIN), true));
  }

  @Test
  void aPatternWithoutKeysIsNotDestroyed() {
    assertThat(seal("pay*", 1)).isEqualTo(Done.DONE);
    refused(destroy("pay"), WRONG_STATE);
    assertThat(ring().keys()).hasSize(1);
    assertThat(ring().wanted()).isFalse();
    assertThat(cluster.engine().dataRules().namespaces()).hasSize(1);
  }

  @Test
  void whatIsSealedNoMoreCanBeDestroyed() {
    assertThat(seal("pay", 1)).isEqualTo(Done.DONE);
    assertThat(apply(new Command.UnsealQueues("pay"))).isEqualTo(Done.DONE);
    assertThat(destroy("pay")).isEqualTo(new Removed(0, false));
    assertThat(ring().keys()).isEmpty();
    assertThat(ring().destroyed()).isEqualTo(1);
    assertThat(cluster.engine().dataRules().namespaces()).isEmpty();
  }

  @Test
  void destroyingIsNeverRefusedForWantOfRoom() {
    assertThat(add(ByteString.EMPTY)).isEqualTo(Done.DONE);
    assertThat(seal("pay", 1)).isEqualTo(Done.DONE);
    for (int i = 1; i < Limits.NAMESPACE_KEYS; i++) {
      assertThat(seal("mail", 1)).isEqualTo(Done.DONE);
    }
    refused(seal("mail", 1), LIMIT_EXCEEDED);
    assertThat(destroy("pay")).isEqualTo(Done.DONE);
    assertThat(ring().keys()).extracting(StoredKey::queues).contains("pay");
  }

  @Test
  void aTextInWhosePlaceThereIsAnotherHoldsNothingUp() {
    JobId id = queue.push("clear");
    JobView job = queue.mustPull();
    assertThat(seal("*", 1)).isEqualTo(Done.DONE);
    Payload data = requireNonNull(cluster.job(id).data());
    var claim = new Claim(job.id(), job.lease());
    assertThat(apply(seen(new Command.ReportProgress(claim, 5, null, AGAIN)))).isEqualTo(Done.DONE);
    var replacements =
        List.of(
            new Erasure.Replacement(id, JobPart.DATA, Erasure.hash(data), sealed("sealed")),
            new Erasure.Replacement(
                id, JobPart.MESSAGE, Erasure.hash(sealed("another")), sealed("message")));
    assertThat(
            apply(
                new Command.ResealJobs(
                    sealing().reseal().version(), 1, 100, 1, 0, replacements, false)))
        .isEqualTo(new Removed(0, false));
    assertThat(requireNonNull(cluster.job(id).data()).isSealed()).isTrue();
    assertThat(cluster.job(id).sealed().message()).isEqualTo(AGAIN);
  }
}
