package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.WRONG_STATE;
import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
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
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.Role;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What somebody with a token for {@code own} tries upon {@code foreign}, by ways around the name of
 * the queue.
 */
class AttacksTest {
  private static final QueueName OWN = new QueueName("own");
  private static final QueueName FOREIGN = new QueueName("foreign");

  @TempDir Path folder;
  private EngineFixture cluster;
  private Principal attacker;

  @BeforeEach
  void open() {
    cluster = new EngineFixture(folder);
    system(new Command.RaiseFeatureLevel(FeatureLevel.ACCESS));
    system(new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
    attacker = holder("attacker", new Permission(List.of("own"), List.of(), true));
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private Reply system(Command command) {
    return cluster.apply(Principal.SYSTEM, command);
  }

  private Principal holder(String name, Permission... allowed) {
    ByteString hash = ByteString.copyFromUtf8(name.repeat(32).substring(0, 32));
    system(new Command.ListTokens(name, List.of(new ListedToken(hash, name, List.of(allowed)))));
    return requireNonNull(cluster.engine().access().holder(hash));
  }

  private Reply attack(Command command) {
    return cluster.apply(attacker, command);
  }

  private JobId pushed(QueueName queue) {
    return pushed(queue, job -> job);
  }

  private JobId pushed(QueueName queue, UnaryOperator<JobOptions.Builder> options) {
    Reply.Pushed pushed =
        (Reply.Pushed) system(cluster.queue(queue.value()).pushCommand("x", options));
    return ((Reply.PushOutcome.Accepted) pushed.outcomes().getFirst()).id();
  }

  private JobView held(QueueName queue) {
    pushed(queue);
    return ((Reply.Delivered) system(new Command.PullJobs(queue, 1, 0))).jobs().getFirst();
  }

  private static Claim claim(JobView job) {
    return new Claim(job.id(), job.lease());
  }

  private JobId dead(QueueName queue) {
    JobView job = held(queue);
    system(new Command.DiscardJob(claim(job)));
    return job.id();
  }

  /** Every command that names jobs, upon jobs that the attacker must not touch. */
  private List<Command> onForeignJobs() {
    JobId dead = dead(FOREIGN);
    Claim active = claim(held(FOREIGN));
    JobId waiting = pushed(FOREIGN);
    JobId delayed = pushed(FOREIGN, job -> job.delayMs(60_000));
    return List.of(
        new Command.AckJobs(List.of(new Command.Ack(active, null))),
        new Command.FailJob(active, "no"),
        new Command.ReportProgress(active, 1, null),
        new Command.RenewLease(active),
        new Command.MoveToDelayed(active, 1),
        new Command.DiscardJob(active),
        new Command.CancelJob(waiting),
        new Command.UpdateJob(waiting, Payload.json("1")),
        new Command.ChangePriority(waiting, 1),
        new Command.PromoteJob(delayed),
        new Command.RetryDeadJobs(OWN, dead, 1),
        new Command.ReleaseJobs(List.of(active)));
  }

  @Test
  void noCommandThatNamesAJobReachesAForeignOne() {
    List<Command> commands = onForeignJobs();
    List<Query.QueueView> before = cluster.engine().ask(new Query.ListQueues(null, 10)).queues();
    for (Command command : commands) {
      switch (attack(command)) {
        case Reply.Refused refused ->
            assertThat(refused.code())
                .as("%s", command)
                .isEqualTo(command instanceof Command.ReleaseJobs ? FORBIDDEN : JOB_NOT_FOUND);
        case Reply.Acked acked -> assertThat(acked.count()).isZero();
        case Reply reply -> assertThat(reply).as("%s", command).isNull();
      }
    }
    assertThat(cluster.engine().ask(new Query.ListQueues(null, 10)).queues()).isEqualTo(before);
  }

  /** A command that is new and names jobs is tried above, or this fails. */
  @Test
  void allCommandsThatNameJobsAreTried() {
    List<Class<?>> tried = onForeignJobs().stream().<Class<?>>map(Object::getClass).toList();
    assertThat(
            Arrays.stream(Command.class.getPermittedSubclasses())
                .filter(AttacksTest::namesJobs)
                // It says what a member has shown, and shows and does nothing.
                .filter(command -> command != Command.NoteRead.class)
                .toList())
        .containsExactlyInAnyOrderElementsOf(tried);
  }

  private static boolean namesJobs(Class<?> command) {
    return Arrays.stream(command.getRecordComponents())
        .map(RecordComponent::getGenericType)
        .map(Object::toString)
        .anyMatch(
            type ->
                Stream.of(JobId.class, Claim.class, Command.Ack.class)
                    .anyMatch(named -> type.contains(named.getName())));
  }

  /** Where a command over many jobs goes on is the client's word. */
  @Test
  void aForgedPlaceToGoOnDoesNotLeaveTheQueue() {
    JobId own = pushed(OWN);
    JobId foreignDead = dead(FOREIGN);
    JobId foreign = pushed(FOREIGN);
    byte[] bytes = {0, 1, 2, 3, 4, (byte) 0x7f, (byte) 0xff};
    for (byte column : bytes) {
      for (byte key : bytes) {
        byte[] place = new byte[1 + 20];
        Arrays.fill(place, key);
        place[0] = column;
        ByteString from = ByteString.copyFrom(place);
        attack(new Command.DrainQueue(OWN, Long.MAX_VALUE, 100, from));
        for (JobState state : JobState.values()) {
          attack(new Command.RemoveJobs(OWN, state, 0, Long.MAX_VALUE, 100, from));
        }
        attack(new Command.RetryDeadJobs(OWN, null, 100, from));
        for (JobState state : JobState.values()) {
          attack(new Command.CleanQueues("*", state, 0, 100, from));
          attack(new Command.CleanQueues("*", state, 0, 100, named(FOREIGN, from)));
        }
      }
    }
    assertThat(cluster.state(foreign)).isEqualTo(JobState.WAITING);
    assertThat(cluster.state(foreignDead)).isEqualTo(JobState.FAILED);
    attack(new Command.DrainQueue(OWN, Long.MAX_VALUE, 100));
    assertThat(cluster.find(own)).isNull();
  }

  /** A place in a queue, as an answer to a command over many of them says it. */
  private static ByteString named(QueueName queue, ByteString place) {
    byte[] length = {0, (byte) queue.value().length()};
    return ByteString.copyFrom(length).concat(ByteString.copyFromUtf8(queue.value())).concat(place);
  }

  @Test
  void commandsOverManyJobsAreRefusedOnAForeignQueue() {
    JobId foreign = pushed(FOREIGN);
    for (Command command :
        List.of(
            new Command.DrainQueue(FOREIGN, Long.MAX_VALUE, 100),
            new Command.RemoveJobs(FOREIGN, JobState.WAITING, 0, Long.MAX_VALUE, 100),
            new Command.RetryDeadJobs(FOREIGN, null, 100),
            new Command.ForgetQueue(FOREIGN),
            new Command.SetPaused(FOREIGN, true),
            new Command.SetRateLimit(FOREIGN, null),
            new Command.SetConcurrency(FOREIGN, 0),
            new Command.PullJobs(FOREIGN, 100, 0))) {
      refused(attack(command), FORBIDDEN);
    }
    assertThat(cluster.state(foreign)).isEqualTo(JobState.WAITING);
  }

  @Test
  void aJobOfABatchThatWaitsForAForeignOneIsRefusedAlone() {
    JobId foreign = pushed(FOREIGN);
    JobId own = pushed(OWN);
    Reply.Pushed pushed =
        (Reply.Pushed)
            attack(new Command.PushJobs(OWN, List.of(waitingFor(own), waitingFor(foreign))));
    assertThat(pushed.outcomes().getFirst()).isInstanceOf(Reply.PushOutcome.Accepted.class);
    assertThat(((Reply.Refused) pushed.outcomes().getLast()).code()).isEqualTo(WRONG_STATE);
  }

  private static NewJob waitingFor(JobId job) {
    return new NewJob(Payload.json("1"), JobOptions.builder().dependsOn(List.of(job)).build());
  }

  /** A dependency that was allowed once is asked for again when the job comes back. */
  @Test
  void aDeadJobIsNotRevivedOntoAForeignOne() {
    JobId foreign = pushed(FOREIGN);
    Reply.Pushed pushed =
        (Reply.Pushed) system(new Command.PushJobs(OWN, List.of(waitingFor(foreign))));
    JobId own = ((Reply.PushOutcome.Accepted) pushed.outcomes().getFirst()).id();
    system(new Command.DiscardJob(new Claim(own, 0)));
    refused(attack(new Command.RetryDeadJobs(OWN, own, 1)), WRONG_STATE);
    assertThat(attack(new Command.RetryDeadJobs(OWN, null, 10)))
        .isEqualTo(new Reply.Removed(0, false));
  }

  @Test
  void oneDenialBeatsEveryStar() {
    system(
        new Command.PutRole(
            new Role(
                "deny",
                List.of(),
                List.of(new Permission(List.of("f*n"), List.of(Operation.PUSH), false)))));
    system(new Command.PutRole(new Role("all", List.of(Permission.EVERYTHING), List.of())));
    for (List<String> roles : List.of(List.of("all", "deny"), List.of("deny", "all"))) {
      system(new Command.BindCertificate("CN=lord", roles));
      Principal lord = requireNonNull(cluster.engine().access().holderOf("CN=lord"));
      refused(cluster.apply(lord, cluster.queue("foreign").pushCommand("x", o -> o)), FORBIDDEN);
      assertThat(cluster.apply(lord, cluster.queue("own").pushCommand("x", o -> o)))
          .isInstanceOf(Reply.Pushed.class);
      assertThat(cluster.apply(lord, new Command.PullJobs(FOREIGN, 1, 0)))
          .isInstanceOf(Reply.Delivered.class);
    }
  }

  /** Whoever uses a custom id in another queue does not hide the jobs of others under it. */
  @Test
  void aForeignJobOfTheSameCustomIdHidesNothing() {
    JobId own = pushed(OWN, job -> job.customId("invoice"));
    pushed(FOREIGN, job -> job.customId("invoice"));
    var question = new Query.GetJobByCustomId("invoice");
    assertThat(cluster.engine().ask(attacker, question).job())
        .isNotNull()
        .extracting(JobView::id)
        .isEqualTo(own);
    Principal other = holder("other", new Permission(List.of("x"), List.of(), true));
    assertThat(cluster.engine().ask(other, question).job()).isNull();
  }

  @Test
  void questionsOverManyJobsLeaveForeignOnesOut() {
    JobId foreign = pushed(FOREIGN);
    JobId own = pushed(OWN);
    var engine = cluster.engine();
    assertThat(engine.ask(attacker, new Query.GetJobs(List.of(foreign, own))).jobs())
        .extracting(JobView::id)
        .containsExactly(own);
  }

  /** The name of a principal stands in front of what its clients call themselves. */
  @Test
  void theAnswerToSomebodyElsesRequestIsNotGiven() {
    var ids = new ArrayList<RequestId>();
    for (Principal who : List.of(attacker, holder("other", Permission.EVERYTHING))) {
      RequestId id = new RequestId("client", 1, 0).of(who);
      ids.add(id);
      assertThat(cluster.apply(who, id, cluster.queue("own").pushCommand("x", o -> o)))
          .isInstanceOf(Reply.Pushed.class);
    }
    assertThat(ids.getFirst()).isNotEqualTo(ids.getLast());
    assertThat(cluster.queue("own").counts().waiting()).isEqualTo(2);
  }
}
