package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.RATE_LIMITED;
import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Quota.Owner;
import dev.flashq.statemachine.Quota.Pushes;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.log.Submission;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuotaTest {
  private static final RateLimit TWO_A_SECOND = new RateLimit(2, 1000);

  @TempDir Path folder;
  private EngineFixture cluster;
  private Principal admin;
  private Principal web;

  @BeforeEach
  void open() {
    cluster = new EngineFixture(folder);
    system(new Command.RaiseFeatureLevel(FeatureLevel.CURRENT));
    system(new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
    system(
        new Command.ListTokens(
            "n1", List.of(new ListedToken(hash("a"), "admin", List.of(Permission.EVERYTHING)))));
    admin = holder("a");
    var push = new Permission(List.of("*"), List.of(Operation.PUSH, Operation.ADMIN), false);
    done(new Command.PutRole(new Role("producer", List.of(push), List.of())));
    web = token("web");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private Reply system(Command command) {
    return cluster.apply(Principal.SYSTEM, command);
  }

  private void done(Command command) {
    assertThat(cluster.apply(admin, command)).isEqualTo(Reply.Done.DONE);
  }

  private static ByteString hash(String token) {
    return ByteString.copyFromUtf8(token.repeat(32).substring(0, 32));
  }

  private Principal holder(String token) {
    return requireNonNull(cluster.engine().access().holder(hash(token)));
  }

  private Principal token(String name) {
    done(new Command.CreateToken(name, hash(name), List.of("producer"), 0));
    return holder(name);
  }

  private void limit(Owner owner, String name, Pushes... pushes) {
    done(new Command.SetQuota(new Quota(owner, name, List.of(pushes), UseLimits.NONE)));
  }

  private void limit(UseLimits limits) {
    done(new Command.SetQuota(new Quota(Owner.TOKEN, "web", List.of(), limits)));
  }

  private static Pushes pushes(RateLimit rate, String... queues) {
    return new Pushes(List.of(queues), rate);
  }

  private PushOutcome push(Principal who, String queue) {
    return outcome(cluster.apply(who, cluster.queue(queue).pushCommand("x", o -> o)));
  }

  private static PushOutcome outcome(Reply reply) {
    assertThat(reply).isInstanceOf(Reply.Pushed.class);
    return ((Reply.Pushed) reply).outcomes().getFirst();
  }

  private void accepted(Principal who, String queue) {
    assertThat(push(who, queue)).isInstanceOf(PushOutcome.Accepted.class);
  }

  private Reply.Refused exceeded(PushOutcome outcome) {
    assertThat(outcome).isInstanceOf(Reply.Refused.class);
    Reply.Refused refused = (Reply.Refused) outcome;
    assertThat(refused.code()).isEqualTo(RATE_LIMITED);
    return refused;
  }

  @Test
  void aTokenPushesAsOftenAsItMayAndIsToldWhenItMayAgain() {
    limit(Owner.TOKEN, "web", pushes(TWO_A_SECOND, "mail*"));
    accepted(web, "mail");
    accepted(web, "mail2");
    assertThat(exceeded(push(web, "mail")).detail())
        .matches("Rate limit exceeded for queue: mail, retry after: 10[01][0-9]");
    accepted(web, "other");
    accepted(admin, "mail");

    cluster.advance(Duration.ofMillis(900));
    exceeded(push(web, "mail"));
    cluster.advance(Duration.ofMillis(116));
    accepted(web, "mail");
  }

  /** In every window of a second: none is refused that fits, but for the length of a slot. */
  @Test
  void neverMoreThanTheQuotaInAnyWindow() {
    limit(Owner.TOKEN, "web", pushes(new RateLimit(10, 1000), "*"));
    var at = new ArrayList<Long>();
    for (int i = 0; i < 500; i++) {
      if (push(web, "mail") instanceof PushOutcome.Accepted) {
        at.add(cluster.now());
      }
      cluster.advance(Duration.ofMillis(13));
      if (i % 100 == 50) {
        cluster.restart();
        limit(Owner.TOKEN, "web", pushes(new RateLimit(10, 1000), "*"));
      }
    }
    for (int i = 10; i < at.size(); i++) {
      assertThat(at.get(i) - at.get(i - 10)).isGreaterThanOrEqualTo(1000);
    }
    assertThat(at).hasSizeGreaterThanOrEqualTo(60);
  }

  /** The same for batches, and jobs in one entry. */
  @Test
  void neverMoreThanTheQuotaInAnyWindowByBatches() {
    limit(Owner.ROLE, "producer", pushes(new RateLimit(20, 2000), "jobs.*"));
    var random = new Random(7);
    Command.PushJobs one = cluster.queue("jobs.q").pushCommand("x", o -> o);
    var two =
        new Command.PushJobs(one.queue(), List.of(one.jobs().getFirst(), one.jobs().getFirst()));
    for (int i = 0; i < 500; i++) {
      var entry = new ArrayList<Submission>();
      for (int j = random.nextInt(4); j >= 0; j--) {
        entry.add(new Submission(web.at("10.0.0." + j), null, random.nextBoolean() ? one : two));
      }
      cluster.applyAll(entry);
      cluster.advance(Duration.ofMillis(random.nextInt(40)));
    }
    List<Long> at =
        cluster.engine().ask(new Query.ListJobs(one.queue(), null, 1000, 0)).jobs().stream()
            .map(JobView::createdAt)
            .sorted()
            .toList();
    assertThat(at).hasSizeGreaterThan(60);
    for (int i = 20; i < at.size(); i++) {
      assertThat(at.get(i) - at.get(i - 20)).as("job %s", i).isGreaterThanOrEqualTo(2000);
    }
  }

  @Test
  void theTokensOfARoleShareItsQuotaAndHaveTheirOwnBesides() {
    Principal shop = token("shop");
    limit(Owner.ROLE, "producer", pushes(new RateLimit(3, 1000), "*"));
    limit(Owner.TOKEN, "web", pushes(new RateLimit(1, 1000), "mail"), pushes(TWO_A_SECOND, "*"));
    accepted(web, "mail");
    exceeded(push(web, "mail"));
    accepted(web, "other");
    exceeded(push(web, "other"));
    accepted(shop, "mail");
    exceeded(push(shop, "mail"));
  }

  @Test
  void ofABatchThoseAreTakenForWhichThereIsRoom() {
    limit(Owner.TOKEN, "web", pushes(new RateLimit(3, 1000), "*"));
    var jobs =
        IntStream.range(0, 5)
            .mapToObj(i -> cluster.queue("mail").pushCommand("x" + i, o -> o).jobs().getFirst())
            .toList();
    var pushed =
        (Reply.Pushed) cluster.apply(web, new Command.PushJobs(new QueueName("mail"), jobs));
    assertThat(pushed.outcomes().subList(0, 3)).hasOnlyElementsOfType(PushOutcome.Accepted.class);
    pushed.outcomes().subList(3, 5).forEach(this::exceeded);
    assertThat(cluster.queue("mail").counts().waiting()).isEqualTo(3);
  }

  @Test
  void whatIsRefusedForAnotherReasonCountsNotAndAJobThatIsThereNeither() {
    limit(Owner.TOKEN, "web", pushes(TWO_A_SECOND, "*"));
    Command.PushJobs named = cluster.queue("mail").pushCommand("x", o -> o.customId("one"));
    assertThat(outcome(cluster.apply(web, named))).isInstanceOf(PushOutcome.Accepted.class);
    for (int i = 0; i < 5; i++) {
      assertThat(((PushOutcome.Accepted) outcome(cluster.apply(web, named))).existing()).isTrue();
    }
    accepted(web, "mail");
    exceeded(push(web, "mail"));
  }

  @Test
  void aRepeatedRequestThatWasRefusedIsAskedAnew() {
    limit(Owner.TOKEN, "web", pushes(TWO_A_SECOND, "*"));
    accepted(web, "mail");
    accepted(web, "mail");
    var id = new RequestId("client", 1, 0);
    Command.PushJobs push = cluster.queue("mail").pushCommand("x", o -> o);
    exceeded(outcome(cluster.apply(web, id, push)));
    cluster.advance(Duration.ofMillis(1016));
    Reply taken = cluster.apply(web, id, push);
    assertThat(outcome(taken)).isInstanceOf(PushOutcome.Accepted.class);
    assertThat(cluster.apply(web, id, push)).isEqualTo(taken);
  }

  @Test
  void neitherARestartNorSayingItAgainNorRotationAllowsMore() {
    limit(Owner.TOKEN, "web", pushes(TWO_A_SECOND, "*"));
    accepted(web, "mail");
    accepted(web, "mail");
    cluster.restart();
    exceeded(push(web, "mail"));
    limit(Owner.TOKEN, "web", pushes(TWO_A_SECOND, "*"));
    exceeded(push(web, "mail"));
    limit(Owner.TOKEN, "web", pushes(TWO_A_SECOND, "other"), pushes(TWO_A_SECOND, "*"));
    exceeded(push(web, "mail"));
    done(new Command.RotateToken("web", hash("new"), 60_000));
    exceeded(push(holder("new"), "mail"));
    limit(Owner.TOKEN, "web", pushes(new RateLimit(3, 1000), "*"));
    accepted(web, "mail");
    exceeded(push(holder("new"), "mail"));
  }

  @Test
  void ofTwoQuotasForTheSameQueuesEachGoesOnWhenTheyAreSaidAgain() {
    Pushes aMinute = pushes(new RateLimit(3, 60_000), "mail");
    Pushes aSecond = pushes(TWO_A_SECOND, "mail");
    limit(Owner.TOKEN, "web", aSecond, aMinute);
    accepted(web, "mail");
    accepted(web, "mail");
    cluster.advance(Duration.ofSeconds(5));
    accepted(web, "mail");
    limit(Owner.TOKEN, "web", aMinute, aSecond);
    cluster.advance(Duration.ofSeconds(5));
    exceeded(push(web, "mail"));

    // One of another duration counts what is known of the longest time.
    limit(Owner.TOKEN, "web", aSecond, pushes(new RateLimit(3, 30_000), "mail"));
    exceeded(push(web, "mail"));
  }

  @Test
  void aQuotaIsTakenAwayBySayingNothing() {
    limit(Owner.TOKEN, "web", pushes(new RateLimit(0, 1000), "*"));
    assertThat(exceeded(push(web, "mail")).detail()).endsWith("retry after: 1000");
    assertThat(quotas()).hasSize(1);
    limit(Owner.TOKEN, "web");
    accepted(web, "mail");
    assertThat(quotas()).isEmpty();
    cluster.restart();
    accepted(web, "mail");
  }

  private List<Quota> quotas() {
    return cluster.engine().ask(new Query.ListQuotas(null, 10)).quotas();
  }

  @Test
  void quotasAreShownInPages() {
    limit(Owner.ROLE, "producer", pushes(TWO_A_SECOND, "*"));
    limit(Owner.TOKEN, "web", pushes(TWO_A_SECOND, "a", "b"));
    limit(Owner.TOKEN, "shop", pushes(TWO_A_SECOND, "*"));
    assertThat(quotas()).extracting(Quota::name).containsExactly("shop", "web", "producer");
    Query.Quotas first = cluster.engine().ask(new Query.ListQuotas(null, 2));
    assertThat(first.more()).isTrue();
    Query.Quotas second = cluster.engine().ask(new Query.ListQuotas(first.quotas().getLast(), 2));
    assertThat(second.quotas()).extracting(Quota::name).containsExactly("producer");
    assertThat(second.more()).isFalse();
  }

  @Test
  void aTokenMakesAsManyQueuesAsItMay() {
    accepted(web, "before");
    limit(new UseLimits(9, 9, 9, 2));
    accepted(web, "one");
    refused(cluster.apply(web, cluster.queue("two").pushCommand("x", o -> o)), LIMIT_EXCEEDED);
    refused(cluster.apply(web, new Command.SetPaused(new QueueName("two"), true)), LIMIT_EXCEEDED);
    accepted(web, "one");
    accepted(admin, "two");
    accepted(web, "two");
    cluster.restart();
    refused(cluster.apply(web, cluster.queue("three").pushCommand("x", o -> o)), LIMIT_EXCEEDED);

    cluster.apply(admin, new Command.DrainQueue(new QueueName("one"), Long.MAX_VALUE, 10));
    done(new Command.ForgetQueue(new QueueName("one")));
    accepted(web, "three");
  }

  @Test
  void whatATokenMayUseIsWhatAllItsQuotasAllow() {
    limit(new UseLimits(5, UseLimits.UNLIMITED, 100, UseLimits.UNLIMITED));
    done(
        new Command.SetQuota(
            new Quota(
                Owner.ROLE,
                "producer",
                List.of(),
                new UseLimits(7, 3, UseLimits.UNLIMITED, UseLimits.UNLIMITED))));
    int changes = cluster.accessChanges();
    assertThat(requireNonNull(cluster.engine().access().grant(web)).limits())
        .isEqualTo(new UseLimits(5, 3, 100, UseLimits.UNLIMITED));
    limit(UseLimits.NONE);
    assertThat(requireNonNull(cluster.engine().access().grant(web)).limits())
        .isEqualTo(new UseLimits(7, 3, UseLimits.UNLIMITED, UseLimits.UNLIMITED));
    assertThat(cluster.accessChanges()).isEqualTo(changes + 1);
  }

  @Test
  void onlyWhoMaySecureTheClusterSetsQuotasAndOnlySoMany() {
    refused(
        cluster.apply(
            web, new Command.SetQuota(new Quota(Owner.TOKEN, "web", List.of(), UseLimits.NONE))),
        FORBIDDEN);
    for (int i = 0; i < Limits.QUOTAS; i++) {
      limit(Owner.TOKEN, "t" + i, pushes(TWO_A_SECOND, "*"));
    }
    Command more =
        new Command.SetQuota(
            new Quota(Owner.TOKEN, "web", List.of(pushes(TWO_A_SECOND, "*")), UseLimits.NONE));
    refused(cluster.apply(admin, more), LIMIT_EXCEEDED);
    limit(Owner.TOKEN, "t7");
    done(more);
  }
}
