package dev.flashq.cluster.seal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.security.seal.RingKey;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From clear texts to the log and back, with the keys that members make and tell each other. */
class SealingTest {
  private static final String SECRET = "4111111111111111";
  private static final String DATA = "{\"card\":\"" + SECRET + "\"}";

  @TempDir Path folder;
  private SealedCluster cluster;
  private SealedCluster.Member node;

  @BeforeEach
  void start() {
    cluster = new SealedCluster(folder);
    node = cluster.leader();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void seal(String queues) {
    cluster.pass();
    assertThat(node.submit(new Command.SealQueues(queues, null, false))).isEqualTo(Done.DONE);
  }

  private JobView job(JobId id) {
    return requireNonNull(node.ask(new Query.GetJob(id)).job());
  }

  private static Claim claim(JobView job) {
    return new Claim(job.id(), job.lease());
  }

  private static JobView only(Reply reply) {
    return ((Reply.Delivered) reply).jobs().getFirst();
  }

  private static ErrorCode code(Reply reply) {
    return ((Reply.Refused) reply).code();
  }

  @Test
  void everythingThatAJobBringsIsSealedInTheLogAndOpenInAnswers() {
    seal("pay*");
    JobId id = node.pushed("pay", DATA, o -> o);
    JobView pulled = only(node.pull("pay"));
    assertThat(pulled.data()).isEqualTo(Payload.json(DATA));
    String said = "card " + SECRET + " is at it";
    assertThat(node.submit(new Command.ReportProgress(claim(pulled), 5, said)))
        .isEqualTo(Done.DONE);
    assertThat(job(id).progressMessage()).isEqualTo(said);
    assertThat(node.submit(new Command.FailJob(claim(pulled), "no " + SECRET)))
        .isEqualTo(Done.DONE);
    assertThat(job(id).error()).isEqualTo("no " + SECRET);
    assertThat(job(id).progressMessage()).isEqualTo("no " + SECRET);
    String other = DATA.replace("card", "number");
    assertThat(node.submit(new Command.UpdateJob(id, Payload.json(other)))).isEqualTo(Done.DONE);
    pulled = only(node.pull("pay"));
    assertThat(pulled.data()).isEqualTo(Payload.json(other));
    var ack = new Command.Ack(claim(pulled), Payload.json('"' + SECRET + '"'));
    assertThat(node.submit(new Command.AckJobs(List.of(ack)))).isInstanceOf(Reply.Acked.class);
    assertThat(job(id).result()).isEqualTo(Payload.json('"' + SECRET + '"'));
    assertThat(job(id).unreadable()).isFalse();
    assertThat(cluster.logHas(SECRET)).isFalse();
    assertThat(requireNonNull(cluster.engine.ask(new Query.GetJob(id)).job()).isSealed()).isTrue();
  }

  @Test
  void otherQueuesAreNotSealed() {
    seal("pay*");
    JobId id = node.pushed("mail", DATA, o -> o);
    assertThat(cluster.logHas(SECRET)).isTrue();
    assertThat(requireNonNull(cluster.engine.ask(new Query.GetJob(id)).job()).isSealed()).isFalse();
    assertThat(
            node.submit(
                new Command.AckJobs(
                    List.of(new Command.Ack(claim(only(node.pull("mail"))), Payload.json("1"))))))
        .isInstanceOf(Reply.Acked.class);
    assertThat(job(id).result()).isEqualTo(Payload.json("1"));
  }

  @Test
  void theLongestPatternDecides() {
    seal("*");
    seal("pay.*");
    JobId id = node.pushed("pay.eu", DATA, o -> o);
    assertThat(node.submit(new Command.SealQueues("*", null, true))).isEqualTo(Done.DONE);
    assertThat(job(id).data()).isEqualTo(Payload.json(DATA));
  }

  @Test
  void everyMemberWithTheMasterKeyOpensIt() {
    seal("*");
    JobId id = node.pushed("pay", DATA, o -> o);
    cluster.pass();
    for (SealedCluster.Member member : cluster.members) {
      member.start();
      assertThat(requireNonNull(member.ask(new Query.GetJob(id)).job()).data())
          .isEqualTo(Payload.json(DATA));
    }
  }

  @Test
  void aNodeWithoutTheKeySaysSoAndServesNothingSealed() {
    seal("pay");
    JobId id = node.pushed("pay", DATA, o -> o);
    SealedCluster.Member poor = cluster.members.getLast();
    for (RingKey key : poor.ring().held()) {
      destroy(poor, key);
    }
    poor.start();
    assertThat(code(poor.push("pay", DATA, o -> o))).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
    assertThat(
            requireNonNull(poor.inspections.refusal(new dev.flashq.statemachine.QueueName("pay")))
                .code())
        .isEqualTo(ErrorCode.KEY_UNAVAILABLE);
    assertThatThrownBy(() -> poor.ask(new Query.GetJob(id))).isInstanceOf(RefusedException.class);
    assertThat(poor.push("mail", "1", o -> o)).isInstanceOf(Reply.Pushed.class);
    assertThat(cluster.logHas(SECRET)).isFalse();
    poor.look();
    assertThat(requireNonNull(poor.ask(new Query.GetJob(id)).job()).data())
        .isEqualTo(Payload.json(DATA));
  }

  private static void destroy(SealedCluster.Member member, RingKey key) {
    try {
      member.ring().destroy(key.number(), key.id());
    } catch (dev.flashq.security.secrets.SecretException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void withoutARingKeyNothingCanBeSealed() {
    assertThat(code(node.submit(new Command.SealQueues("*", null, false))))
        .isEqualTo(ErrorCode.KEY_UNAVAILABLE);
  }

  @Test
  void aRingKeyIsUsedWhenAMajorityHasIt() {
    cluster.members.get(1).runs = false;
    cluster.members.get(2).runs = false;
    cluster.pass();
    assertThat(cluster.keys().ring()).isZero();
    assertThat(node.ring().held()).hasSize(1);
    cluster.members.get(2).runs = true;
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(1);
    assertThat(cluster.members.get(2).ring().held())
        .isEqualTo(cluster.members.get(2).ring().held());
    assertThat(cluster.members.get(1).ring().held()).isEmpty();
    cluster.members.get(1).runs = true;
    cluster.pass();
    assertThat(cluster.members.get(1).ring().held()).hasSize(1);
  }

  @Test
  void aNewKeySealsAnewWhatIsThere() {
    JobId clear = node.pushed("pay", DATA, o -> o);
    seal("pay");
    cluster.pass();
    assertThat(cluster.sealing().reseal().isRunning()).isFalse();
    JobView stored = requireNonNull(cluster.engine.ask(new Query.GetJob(clear)).job());
    assertThat(stored.isSealed()).isTrue();
    assertThat(job(clear).data()).isEqualTo(Payload.json(DATA));
    ByteString before = requireNonNull(stored.data()).bytes();
    long key = cluster.keys().keys().getFirst().id();
    seal("pay");
    cluster.pass();
    assertThat(cluster.keys().key(key)).isNull();
    stored = requireNonNull(cluster.engine.ask(new Query.GetJob(clear)).job());
    assertThat(requireNonNull(stored.data()).bytes()).isNotEqualTo(before);
    assertThat(job(clear).data()).isEqualTo(Payload.json(DATA));
    assertThat(cluster.sealing().reseal().counts().sealed()).isEqualTo(1);
  }

  @Test
  void anotherLeaderGoesOnSealingAnew() {
    for (int i = 0; i < 5; i++) {
      var _ = node.pushed("pay", DATA, o -> o);
    }
    cluster.pass();
    assertThat(node.submit(new Command.SealQueues("pay", null, false))).isEqualTo(Done.DONE);
    node.leads = false;
    cluster.pass();
    assertThat(cluster.sealing().reseal().isRunning()).isTrue();
    cluster.members.get(1).leads = true;
    cluster.pass();
    assertThat(cluster.sealing().reseal().isRunning()).isFalse();
    assertThat(cluster.sealing().reseal().counts().sealed()).isEqualTo(5);
  }

  @Test
  void aSubjectGoesWithItsKeyOnly() {
    seal("pay");
    JobId anna = node.pushed("pay", DATA, o -> o.subject("anna"));
    JobId bert = node.pushed("pay", DATA, o -> o.subject("bert"));
    JobId again = node.pushed("pay", "{\"more\":1}", o -> o.subject("anna"));
    assertThat(cluster.keys().subjects()).isEqualTo(2);
    assertThat(cluster.logHas("anna")).isFalse();
    JobView held = only(node.pull("pay"));
    assertThat(held.data()).isEqualTo(Payload.json(DATA));
    assertThat(node.submit(new Command.ReportProgress(claim(held), 1, "about anna")))
        .isEqualTo(Done.DONE);
    assertThat(node.submit(new Command.DestroySubject("anna", ByteString.EMPTY)))
        .isEqualTo(new Reply.Removed(1, false));
    for (JobId id : List.of(anna, again)) {
      assertThat(job(id).data()).isEqualTo(Payload.NULL);
      assertThat(job(id).unreadable()).isTrue();
      assertThat(job(id).progressMessage()).isNull();
    }
    assertThat(job(bert).data()).isEqualTo(Payload.json(DATA));
    JobId fresh = node.pushed("pay", DATA, o -> o.subject("anna"));
    assertThat(job(fresh).data()).isEqualTo(Payload.json(DATA));
  }

  @Test
  void whatIsLargeAndGoneIsNamed() {
    seal("pay");
    JobId anna = node.pushed("pay", DATA, o -> o.subject("anna"));
    JobId bert = node.pushed("pay", DATA, o -> o.subject("bert"));
    destroy("anna");
    var gone = new Query.Part(anna, false);
    var there = new Query.Part(bert, false);
    Query.Payloads payloads = node.ask(new Query.GetPayloads(List.of(gone, there)));
    assertThat(payloads.found())
        .containsEntry(gone, Payload.NULL)
        .containsEntry(there, Payload.json(DATA));
    assertThat(payloads.unreadable()).containsExactly(gone);
  }

  @Test
  void whoHoldsAJobOfAForgottenSubjectEndsItAndNothingOfItIsKept() {
    seal("pay");
    for (int i = 0; i < 2; i++) {
      var _ = node.pushed("pay", DATA, o -> o.subject("anna").maxAttempts(1));
    }
    List<JobView> held = ((Reply.Delivered) node.pull("pay")).jobs();
    destroy("anna");
    JobView completing = held.getFirst();
    JobView failing = held.getLast();
    assertThat(node.submit(new Command.ReportProgress(claim(failing), 5, "card " + SECRET)))
        .isEqualTo(Done.DONE);
    assertThat(job(failing.id()).progressMessage()).contains("withheld");
    var ack = new Command.Ack(claim(completing), Payload.json(DATA));
    assertThat(node.submit(new Command.AckJobs(List.of(ack)))).isInstanceOf(Reply.Acked.class);
    assertThat(node.submit(new Command.FailJob(claim(failing), "card " + SECRET)))
        .isEqualTo(Done.DONE);
    assertThat(job(completing.id()).state()).isEqualTo(JobState.COMPLETED);
    assertThat(job(failing.id()).state()).isEqualTo(JobState.FAILED);
    assertThat(job(failing.id()).error()).contains("withheld");
    assertThat(code(node.submit(new Command.UpdateJob(failing.id(), Payload.json(DATA)))))
        .isEqualTo(ErrorCode.WRONG_STATE);
    assertThat(cluster.logHas(SECRET)).isFalse();
  }

  @Test
  void aPushThatMeetsTheEndOfItsKeyIsSealedUnderTheNextOne() {
    seal("pay");
    var _ = node.pushed("pay", DATA, o -> o.subject("anna"));
    node.afterFind =
        () -> {
          node.afterFind = () -> {};
          SealedCluster.Member other = cluster.members.getLast();
          assertThat(other.submit(new Command.SealQueues("pay", null, true))).isEqualTo(Done.DONE);
          assertThat(other.submit(new Command.DestroySubject("anna", ByteString.EMPTY)))
              .isInstanceOf(Reply.Removed.class);
        };
    JobId id = node.pushed("pay", DATA, o -> o.subject("anna"));
    assertThat(job(id).data()).isEqualTo(Payload.json(DATA));
  }

  @Test
  void aSubjectNeedsASealedQueue() {
    seal("pay");
    Reply refused = node.push("mail", DATA, o -> o.subject("anna"));
    assertThat(code(refused)).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(cluster.logHas("anna")).isFalse();
  }

  @Test
  void whatWasDestroyedCannotBeReadInAnOldSnapshotEither() throws Exception {
    seal("pay");
    seal("mail");
    JobId id = node.pushed("pay", DATA, o -> o);
    JobId other = node.pushed("mail", DATA, o -> o);
    JobId about = node.pushed("mail", DATA, o -> o.subject("anna"));
    var _ = cluster.engine.checkpoint(folder.resolve("old"));
    assertThat(node.submit(new Command.SealQueues("pay", null, true))).isEqualTo(Done.DONE);
    assertThat(node.submit(new Command.DestroySubject("anna", ByteString.EMPTY)))
        .isInstanceOf(Reply.Removed.class);
    assertThat(cluster.keys().wanted()).isTrue();
    cluster.pass();
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(2);
    assertThat(cluster.keys().unwrapped()).isZero();
    for (SealedCluster.Member member : cluster.members) {
      assertThat(member.ring().held()).extracting(RingKey::number).containsExactly(2L);
    }
    assertThat(job(id).unreadable()).isTrue();
    assertThat(job(about).unreadable()).isTrue();
    assertThat(job(other).data()).isEqualTo(Payload.json(DATA));
    try (var old = new dev.flashq.statemachine.engine.RocksEngine(folder.resolve("old"), "n1", 9)) {
      var sealing =
          new Sealing(node.ring(), old::keyRing, old::ask, new java.security.SecureRandom());
      JobView stored = requireNonNull(old.ask(new Query.GetJob(id)).job());
      assertThat(stored.isSealed()).isTrue();
      assertThatThrownBy(() -> new Opener(sealing).opened(new Query.Found(stored)))
          .isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void manyKeysAreWrappedUnderAnotherRingKeyInParts() {
    seal("pay");
    var jobs = new java.util.ArrayList<dev.flashq.statemachine.NewJob>();
    for (int batch = 0; batch < 3; batch++) {
      jobs.clear();
      for (int i = 0; i < 900; i++) {
        jobs.add(
            new dev.flashq.statemachine.NewJob(
                Payload.json(DATA),
                dev.flashq.statemachine.JobOptions.builder()
                    .subject("subject " + batch + " " + i)
                    .build()));
      }
      assertThat(
              node.submit(new Command.PushJobs(new dev.flashq.statemachine.QueueName("pay"), jobs)))
          .isInstanceOf(Reply.Pushed.class);
    }
    assertThat(cluster.keys().subjects()).isEqualTo(2700);
    assertThat(node.submit(new Command.DestroySubject("subject 0 0", ByteString.EMPTY)))
        .isEqualTo(new Reply.Removed(1, false));
    cluster.pass();
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(2);
    assertThat(cluster.keys().unwrapped()).isZero();
    node.start();
    JobView last = job(new JobId(2700));
    assertThat(last.data()).isEqualTo(Payload.json(DATA));
  }

  private JobView stored(JobId id) {
    return requireNonNull(cluster.engine.ask(new Query.GetJob(id)).job());
  }

  private JobView openedBy(SealedCluster.Member member, JobView stored) {
    return requireNonNull(member.opener.opened(new Query.Found(stored)).job());
  }

  private void destroy(String subject) {
    assertThat(node.submit(new Command.DestroySubject(subject, ByteString.EMPTY)))
        .isInstanceOf(Reply.Removed.class);
  }

  @Test
  void whatOthersDestroyMeanwhileHarmsNothingThatIsSealed() throws Exception {
    seal("pay");
    long subject = stored(node.pushed("pay", DATA, o -> o.subject("anna"))).options().subjectKey();
    long key = cluster.keys().keys().getFirst().id();
    var stopped = new AtomicBoolean();
    var sealed = new ConcurrentLinkedQueue<Payload>();
    Thread sealer =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stopped.get()) {
                    sealed.add(node.sealing.seal(key, subject, JobPart.DATA, Payload.json(DATA)));
                  }
                });
    for (int i = 0; i < 300; i++) {
      var _ = node.pushed("pay", DATA, o -> o.subject("bert"));
      destroy("bert");
    }
    stopped.set(true);
    sealer.join();
    cluster.pass();
    node.start();
    assertThat(sealed)
        .isNotEmpty()
        .allSatisfy(
            each ->
                assertThat(node.sealing.open(JobPart.DATA, each)).isEqualTo(Payload.json(DATA)));
  }

  @Test
  void anAnswerFromBeforeTheEndOfARotationIsOpenedAfterIt() {
    seal("pay");
    JobId id = node.pushed("pay", DATA, o -> o);
    for (SealedCluster.Member member : cluster.members) {
      member.sealing.look();
    }
    JobView before = stored(id);
    seal("pay");
    cluster.pass();
    assertThat(stored(id).data()).isNotEqualTo(before.data());
    for (SealedCluster.Member member : cluster.members) {
      assertThat(openedBy(member, before).data()).isEqualTo(Payload.json(DATA));
    }
    assertThat(node.submit(new Command.SealQueues("pay", null, true))).isEqualTo(Done.DONE);
    for (SealedCluster.Member member : cluster.members) {
      assertThat(openedBy(member, before).unreadable()).isTrue();
    }
  }

  @Test
  void aKeyThatWasFoundBeforeItWasDestroyedIsNotKept() {
    seal("pay");
    JobId id = node.pushed("pay", DATA, o -> o.subject("anna"));
    node.start();
    node.afterFind =
        () -> {
          node.afterFind = () -> {};
          destroy("anna");
          node.sealing.look();
        };
    var _ = job(id);
    assertThat(job(id).unreadable()).isTrue();
  }

  @Test
  void workersEndJobsOfWhomWasForgotten() {
    seal("pay");
    JobId anna = node.pushed("pay", DATA, o -> o.subject("anna"));
    JobId failing = node.pushed("pay", DATA, o -> o.subject("anna").maxAttempts(1));
    JobId other = node.pushed("pay", DATA, o -> o);
    List<JobView> held = ((Reply.Delivered) node.pull("pay")).jobs();
    assertThat(node.submit(new Command.DestroySubject("anna", ByteString.EMPTY)))
        .isEqualTo(new Reply.Removed(1, false));
    assertThat(code(node.submit(new Command.UpdateJob(anna, Payload.json("1")))))
        .isEqualTo(ErrorCode.WRONG_STATE);
    assertThat(
            node.submit(new Command.ReportProgress(claim(held.get(1)), 5, "about anna " + SECRET)))
        .isEqualTo(Done.DONE);
    assertThat(node.submit(new Command.FailJob(claim(held.get(1)), "no anna " + SECRET)))
        .isEqualTo(Done.DONE);
    assertThat(job(failing).error()).contains("withheld").doesNotContain("anna");
    Payload result = Payload.json("{\"about\":\"anna\"}");
    assertThat(
            node.submit(
                new Command.AckJobs(
                    List.of(
                        new Command.Ack(claim(held.get(0)), result),
                        new Command.Ack(claim(held.get(2)), result)))))
        .isEqualTo(new Reply.Acked(2, List.of()));
    assertThat(job(anna).result()).isNull();
    assertThat(job(other).result()).isEqualTo(result);
    assertThat(cluster.logHas("anna")).isFalse();
  }

  @Test
  void largeDataWithALargeResultIsSealedAnewInTwoSteps() {
    String large = '"' + "x".repeat(Limits.DATA_BYTES - 2) + '"';
    JobId id = node.pushed("pay", large, o -> o);
    JobView held = only(node.pull("pay"));
    var ack = new Command.Ack(claim(held), Payload.json(large));
    assertThat(node.submit(new Command.AckJobs(List.of(ack)))).isInstanceOf(Reply.Acked.class);
    JobId behind = node.pushed("pay", DATA, o -> o);
    cluster.log.clear();
    seal("pay");
    cluster.pass();
    assertThat(cluster.sealing().reseal().isRunning()).isFalse();
    assertThat(cluster.log).allMatch(entry -> entry.size() < Limits.FRAME_BYTES);
    var parts = List.of(new Query.Part(id, false), new Query.Part(id, true));
    var stored = cluster.engine.ask(new Query.GetPayloads(parts)).found().values();
    assertThat(stored).hasSize(2).allMatch(Payload::isSealed);
    assertThat(node.ask(new Query.GetPayloads(parts)).found().values())
        .containsOnly(Payload.json(large));
    assertThat(job(behind).data()).isEqualTo(Payload.json(DATA));
  }

  @Test
  void whoComesBackWhileKeysAreWrappedAnewGoesOnWithThat() {
    seal("pay");
    SealedCluster.Member away = cluster.members.getLast();
    for (int i = 0; i < 3; i++) {
      var _ = node.pushed("pay", DATA, o -> o.subject("somebody"));
    }
    JobId id = node.pushed("pay", DATA, o -> o);
    for (RingKey key : away.ring().held()) {
      destroy(away, key);
    }
    away.runs = false;
    away.start();
    var _ = node.submit(new Command.DestroySubject("nobody", ByteString.EMPTY));
    node.rewraps = false;
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(2);
    assertThat(cluster.keys().unwrapped()).isPositive();
    node.leads = false;
    away.runs = true;
    away.leads = true;
    cluster.pass();
    assertThat(cluster.keys().unwrapped()).isZero();
    assertThat(job(id).data()).isEqualTo(Payload.json(DATA));
  }
}
