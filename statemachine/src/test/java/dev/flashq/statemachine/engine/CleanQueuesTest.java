package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs of many queues are removed by how long they have been in a state. */
class CleanQueuesTest extends WithEngine {
  private static final long DAY = Duration.ofDays(1).toMillis();

  @BeforeEach
  void level() {
    cluster.apply(Principal.SYSTEM, new Command.RaiseFeatureLevel(FeatureLevel.DATA_RULES));
  }

  private static Command clean(String queues, JobState state, long olderThanMs) {
    return new Command.CleanQueues(queues, state, olderThanMs, 5000, ByteString.EMPTY);
  }

  private JobId completed(String name) {
    QueueFixture jobs = cluster.queue(name);
    JobId id = jobs.push("x", o -> o.keepCompletedAgeMs(100 * DAY));
    jobs.ack(jobs.mustPull(), "1");
    return id;
  }

  private JobId dead(String name) {
    QueueFixture jobs = cluster.queue(name);
    JobId id = jobs.push("x", o -> o.maxAttempts(1));
    jobs.fail(jobs.mustPull(), "no");
    return id;
  }

  @Test
  void removesWhatHasCompletedLongAgoInEveryQueue() {
    List<JobId> old = List.of(completed("a"), completed("mail"), completed("mail:b"));
    JobId other = dead("mail");
    cluster.advance(Duration.ofDays(31));
    List<JobId> young = List.of(completed("a"), completed("mail"), completed("z"));

    assertThat(cluster.apply(clean("*", JobState.COMPLETED, 30 * DAY)))
        .isEqualTo(new Removed(3, false));
    assertThat(old).allMatch(job -> cluster.find(job) == null);
    assertThat(young).allMatch(job -> cluster.state(job) == JobState.COMPLETED);
    assertThat(cluster.state(other)).isEqualTo(JobState.FAILED);
    assertThat(cluster.apply(clean("*", JobState.FAILED, 30 * DAY)))
        .isEqualTo(new Removed(1, false));
  }

  @Test
  void countsFromDeathAndNotFromThePush() {
    QueueFixture jobs = cluster.queue("mail");
    JobId id = jobs.push("x", o -> o.maxAttempts(1));
    cluster.advance(Duration.ofDays(31));
    jobs.fail(jobs.mustPull(), "no");
    assertThat(cluster.apply(clean("*", JobState.FAILED, 30 * DAY)))
        .isEqualTo(new Removed(0, false));
    cluster.advance(Duration.ofDays(30));
    assertThat(cluster.apply(clean("m*l", JobState.FAILED, 30 * DAY)))
        .isEqualTo(new Removed(1, false));
    assertThat(cluster.find(id)).isNull();
  }

  @Test
  void touchesQueuesOfThePatternOnly() {
    JobId mail = completed("mail");
    JobId mails = completed("mail:b");
    JobId sms = completed("sms");
    assertThat(cluster.apply(clean("mail:*", JobState.COMPLETED, 0)))
        .isEqualTo(new Removed(1, false));
    assertThat(cluster.find(mails)).isNull();
    assertThat(cluster.apply(clean("mail", JobState.COMPLETED, 0)))
        .isEqualTo(new Removed(1, false));
    assertThat(cluster.find(mail)).isNull();
    assertThat(cluster.find(sms)).isNotNull();
  }

  @Test
  void findsAQueueThatTheSameEntryMakes() {
    List<Reply> replies =
        cluster.applyTogether(
            cluster.queue("fresh").pushCommand("x", o -> o), clean("*", JobState.WAITING, 0));
    assertThat(replies.getLast()).isEqualTo(new Removed(1, false));
  }

  @Test
  void goesOnOverSeveralEntries() {
    var jobs = Collections.nCopies(900, new NewJob(Payload.json("1"), JobOptions.DEFAULTS));
    for (int i = 0; i < 12; i++) {
      cluster.apply(new Command.PushJobs(new QueueName("q" + i), jobs));
    }
    for (int i = 0; i < 5_000; i++) {
      cluster.apply(new Command.SetPaused(new QueueName("empty" + i), true));
    }
    var counts = new ArrayList<Integer>();
    ByteString from = ByteString.EMPTY;
    Removed removed;
    do {
      removed =
          (Removed) cluster.apply(new Command.CleanQueues("*", JobState.WAITING, 0, 2000, from));
      assertThat(cluster.rows()).isLessThan(2 * Limits.ROWS_PER_ENTRY);
      counts.add(removed.count());
      from = removed.next();
    } while (removed.more());
    assertThat(counts).allMatch(count -> count <= 2000);
    assertThat(counts.stream().mapToInt(count -> count).sum()).isEqualTo(12 * 900);
    assertThat(counts.size()).isBetween(6, 15);
  }

  @Test
  void youngJobsOfOneQueueDoNotKeepItFromTheNext() {
    QueueFixture busy = cluster.queue("busy");
    for (int i = 0; i < 25; i++) {
      cluster.apply(
          new Command.PushJobs(
              busy.name(),
              Collections.nCopies(
                  1000,
                  new NewJob(
                      Payload.json("1"),
                      JobOptions.builder().keepCompletedAgeMs(100 * DAY).build()))));
    }
    JobId old = completed("old");
    cluster.advance(Duration.ofDays(2));
    for (int i = 0; i < 25; i++) {
      busy.pull(1000).forEach(busy::ack);
    }
    assertThat(cluster.apply(clean("*", JobState.COMPLETED, DAY))).isEqualTo(new Removed(1, false));
    assertThat(cluster.find(old)).isNull();
  }

  private Principal holder(String name, Permission... permissions) {
    ByteString hash = ByteString.copyFromUtf8(name.repeat(32).substring(0, 32));
    cluster.apply(
        Principal.SYSTEM,
        new Command.ListTokens(
            "n" + name, List.of(new ListedToken(hash, name, List.of(permissions)))));
    return requireNonNull(cluster.engine().access().holder(hash));
  }

  @Test
  void othersQueuesAreNeitherTouchedNorMentioned() {
    JobId own = completed("mail");
    JobId also = completed("mail:b");
    JobId foreign = completed("pay");
    cluster.apply(Principal.SYSTEM, new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
    Principal ada =
        holder(
            "ada",
            new Permission(List.of("mail*"), List.of(Operation.ADMIN), false),
            new Permission(List.of("pay"), List.of(Operation.GET_JOB), false));
    Principal bob = holder("bob", new Permission(List.of("*"), List.of(Operation.PUSH), false));
    refused(cluster.apply(bob, clean("*", JobState.COMPLETED, 0)), FORBIDDEN);

    assertThat(cluster.apply(ada, clean("pay", JobState.COMPLETED, 0)))
        .isEqualTo(new Removed(0, false));
    assertThat(cluster.apply(ada, clean("*", JobState.COMPLETED, 0)))
        .isEqualTo(new Removed(2, false));
    assertThat(cluster.find(own)).isNull();
    assertThat(cluster.find(also)).isNull();
    assertThat(cluster.find(foreign)).isNotNull();
    List<AuditRecord> records =
        cluster
            .engine()
            .ask(
                new Query.ListAudit(0, Long.MAX_VALUE, null, AuditAction.CLEAN, null, null, 0, 100))
            .records();
    assertThat(records).extracting(AuditRecord::count).containsExactly(0, 2);
    assertThat(records.getFirst().refused()).isEqualTo(FORBIDDEN);
    assertThat(records.getLast().subject()).isEqualTo("*");
    assertThat(records.getLast().queue()).isEqualTo("*");
  }
}
