package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Retention;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that have ended go by standing policies, without anybody asking. */
class RetentionTest extends WithEngine {
  private static final long HOUR = ofHours(1).toMillis();

  @BeforeEach
  void level() {
    cluster.apply(Principal.SYSTEM, new Command.RaiseFeatureLevel(FeatureLevel.PRIVACY));
  }

  private void keep(String queues, long completedMs, long completed, long deadMs, long dead) {
    assertThat(
            cluster.apply(
                new Command.SetRetention(
                    new Retention(queues, completedMs, completed, deadMs, dead))))
        .isEqualTo(Reply.Done.DONE);
  }

  @Test
  void isRecordedWithItsQueueOrItsPattern() {
    keep("mail", 1000, 0, 0, 0);
    keep("mail*", 0, 1, 0, 0);
    var records =
        cluster
            .engine()
            .ask(
                new Query.ListAudit(
                    0, Long.MAX_VALUE, null, AuditAction.SET_RETENTION, null, null, 0, 10))
            .records();
    assertThat(records)
        .extracting(record -> record.queue() + "/" + record.subject())
        .containsExactly("mail/mail", "/mail*");
  }

  private JobId completed(QueueFixture jobs, long ageMs) {
    JobId id = jobs.push("x", o -> o.keepCompletedAgeMs(ageMs));
    jobs.ack(jobs.mustPull(), "1");
    return id;
  }

  private JobId dead(QueueFixture jobs) {
    JobId id = jobs.push("x", o -> o.maxAttempts(1));
    jobs.fail(jobs.mustPull(), "no");
    return id;
  }

  private boolean isThere(JobId job) {
    return cluster.find(job) != null;
  }

  @Test
  void whatHasEndedLongAgoGoes() {
    QueueFixture other = cluster.queue("other");
    JobId plain = completed(queue, 0);
    JobId aged = completed(queue, 100 * HOUR);
    JobId dead = dead(queue);
    JobId foreign = dead(other);
    keep(queue.name().value(), HOUR, 0, 2 * HOUR, 0);
    cluster.advance(ofMinutes(59));
    assertThat(List.of(plain, aged, dead)).allMatch(this::isThere);
    cluster.advance(ofMinutes(3));
    assertThat(List.of(plain, aged)).noneMatch(this::isThere);
    assertThat(isThere(dead)).isTrue();
    cluster.restart();
    cluster.advance(ofMinutes(61));
    assertThat(isThere(dead)).isFalse();
    assertThat(isThere(foreign)).isTrue();
    assertThat(queue.counts().failed()).isZero();
  }

  @Test
  void ofTooManyTheOldestGo() {
    var completed = new ArrayList<JobId>();
    var dead = new ArrayList<JobId>();
    for (int i = 0; i < 6; i++) {
      cluster.advance(ofMinutes(1));
      completed.add(completed(queue, i % 2 == 0 ? 0 : 100 * HOUR));
      dead.add(dead(queue));
    }
    keep("*", 0, 2, 0, 4);
    cluster.advance(ofMinutes(2));
    assertThat(completed.stream().filter(this::isThere)).isEqualTo(completed.subList(4, 6));
    assertThat(dead.stream().filter(this::isThere)).isEqualTo(dead.subList(2, 6));
  }

  @Test
  void theStricterOfSeveralHoldsAndAJobMaySayLess() {
    keep("q*", 10 * HOUR, 0, 0, 0);
    keep("*", HOUR, 0, 0, 0);
    JobId job = completed(queue, 0);
    JobId brief = completed(queue, 60_000);
    cluster.advance(ofMinutes(2));
    assertThat(isThere(brief)).isFalse();
    assertThat(isThere(job)).isTrue();
    cluster.advance(ofMinutes(62));
    assertThat(isThere(job)).isFalse();
  }

  @Test
  void aPolicyThatIsTakenBackDoesNothingAndNoTimerIsLeft() {
    keep("*", HOUR, 0, 0, 0);
    keep("*", 0, 0, 0, 0);
    JobId job = completed(queue, 0);
    cluster.advance(ofHours(3));
    assertThat(isThere(job)).isTrue();
    cluster.advance(ofHours(30));
    assertThat(isThere(job)).isFalse();
    cluster.advance(ofHours(1));
    assertThat(cluster.engine().nextTimerDue())
        .as("that of the audit trail")
        .isGreaterThan(cluster.now() + 24 * HOUR);
    assertThat(cluster.engine().ask(new Query.ListRetentions(null, 9)).retentions()).isEmpty();
  }

  @Test
  void manyQueuesAndJobsAreSweptInBoundedSteps() {
    for (int i = 0; i < 1_200; i++) {
      dead(cluster.queue("many" + i));
    }
    for (int i = 0; i < 3_000; i++) {
      dead(queue);
    }
    keep("*", 0, 0, HOUR, 0);
    cluster.setClock(cluster.now() + 2 * HOUR);
    int ticks = 0;
    while (cluster.engine().nextTimerDue() <= cluster.now()) {
      cluster.tickOnce();
      assertThat(cluster.rows()).isLessThan(20 * Limits.TIMERS_PER_TICK);
      ticks++;
    }
    assertThat(queue.counts().failed()).isZero();
    assertThat(cluster.engine().ask(new Query.GetStats()).failed()).isZero();
    assertThat(ticks).isBetween(3, 40);
  }

  @Test
  void whoAdministersAQueueMaySetItsPolicyAndNoOther() {
    cluster.apply(Principal.SYSTEM, new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
    ByteString hash = ByteString.copyFromUtf8("h".repeat(32));
    var permission = new Permission(List.of("mail"), List.of(Operation.ADMIN), false);
    cluster.apply(
        Principal.SYSTEM,
        new Command.ListTokens("n1", List.of(new ListedToken(hash, "ada", List.of(permission)))));
    Principal ada = requireNonNull(cluster.engine().access().holder(hash));
    var own = new Command.SetRetention(new Retention("mail", 1, 0, 0, 0));
    assertThat(cluster.apply(ada, own)).isEqualTo(Reply.Done.DONE);
    for (String queues : List.of("other", "mail*", "*")) {
      refused(
          cluster.apply(ada, new Command.SetRetention(new Retention(queues, 1, 0, 0, 0))),
          FORBIDDEN);
    }
  }

  @Test
  void keepsABoundedNumber() {
    for (int i = 0; i < Limits.RETENTIONS; i++) {
      keep("a" + i, 1, 0, 0, 0);
    }
    refused(
        cluster.apply(new Command.SetRetention(new Retention("more", 1, 0, 0, 0))), LIMIT_EXCEEDED);
    keep("a1", 2, 0, 0, 0);
    assertThat(cluster.engine().ask(new Query.ListRetentions("a1", 2)).retentions())
        .extracting(Retention::queues)
        .containsExactly("a10", "a11");
  }
}
