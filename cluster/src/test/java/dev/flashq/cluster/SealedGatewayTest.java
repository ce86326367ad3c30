package dev.flashq.cluster;

import static dev.flashq.cluster.TestCluster.MAIL;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.gateway.Consistency;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sealed queues at the gateways of nodes with a master key, and of one without. */
class SealedGatewayTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String DATA = "{\"card\":\"4111111111111111\"}";
  private static final String RICH = "n1";
  private static final String OTHER = "n2";
  private static final String POOR = "n3";

  @TempDir Path folder;
  private TestCluster cluster;

  @BeforeEach
  void start() {
    cluster = new TestCluster(folder, 3).giveMasterKey(RICH, OTHER).startAll();
    cluster.leader();
    cluster.node(POOR).mayLead(false);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private Reply submit(String node, Command command) {
    return cluster.gateway(node).submit(Principal.ANONYMOUS, null, command).join();
  }

  private void seal() {
    await()
        .atMost(SOON)
        .until(
            () -> submit(RICH, new Command.SealQueues(MAIL.value(), null, false)),
            Done.DONE::equals);
  }

  private JobId pushed() {
    return ((Reply.PushOutcome.Accepted)
            ((Reply.Pushed) cluster.push(RICH, DATA).join()).outcomes().getFirst())
        .id();
  }

  private <R> R ask(String node, Query<R> query) {
    return cluster.gateway(node).ask(Principal.ANONYMOUS, query, Consistency.LINEARIZABLE).join();
  }

  private JobView job(JobId id) {
    return requireNonNull(ask(RICH, new Query.GetJob(id)).job());
  }

  private static JobView only(Reply reply) {
    return ((Reply.Delivered) reply).jobs().getFirst();
  }

  private static void hasNoKey(Reply reply) {
    assertThat(reply)
        .isInstanceOfSatisfying(
            Reply.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.KEY_UNAVAILABLE));
  }

  @Test
  void whoWaitedBeforeAnythingWasSealedGetsItOpen() {
    await().atMost(SOON).until(() -> ask(RICH, new Query.GetSealing()).keys().ring() != 0);
    CompletableFuture<Reply> waiting = cluster.pull(RICH, 1, 20_000);
    seal();
    var _ = pushed();
    assertThat(only(waiting.join()).data()).isEqualTo(Payload.json(DATA));
  }

  @Test
  void whoWaitedOnANodeWithoutTheKeyGetsNothingAndTheJobGoesBack() {
    CompletableFuture<Reply> waiting = cluster.pull(POOR, 1, 20_000);
    seal();
    JobId id = pushed();
    hasNoKey(waiting.join());
    await().atMost(SOON).until(() -> job(id).state() == JobState.WAITING);
    assertThat(only(cluster.pull(OTHER, 1, 5_000).join()).data()).isEqualTo(Payload.json(DATA));
  }

  @Test
  void aNodeWithoutTheKeyTakesAndShowsNothingOfWhatIsSealed() {
    seal();
    JobId id = pushed();
    hasNoKey(cluster.push(POOR, DATA).join());
    hasNoKey(cluster.pull(POOR, 1, 5_000).join());
    hasNoKey(submit(POOR, new Command.UpdateJob(id, Payload.json(DATA))));
    hasNoKey(submit(POOR, new Command.SealQueues("other", null, false)));
    hasNoKey(submit(POOR, new Command.DestroySubject("anna", ByteString.EMPTY)));
    assertThat(job(id).state()).isEqualTo(JobState.WAITING);
    assertThat(job(id).lease()).isZero();
    for (Query<?> query : List.<Query<?>>of(new Query.GetJob(id), new Query.GetJobs(List.of(id)))) {
      assertThatThrownBy(() -> ask(POOR, query)).hasCauseInstanceOf(RefusedException.class);
    }
    var clear = new NewJob(Payload.json(DATA), JobOptions.DEFAULTS);
    assertThat(submit(POOR, new Command.PushJobs(new QueueName("clear"), List.of(clear))))
        .isInstanceOf(Reply.Pushed.class);
    assertThat(only(submit(POOR, new Command.PullJobs(new QueueName("clear"), 1, 0))).data())
        .isEqualTo(Payload.json(DATA));
  }

  @Test
  void whoWaitsElsewhereForAJobThatIsNotKeptIsToldItsResult() {
    seal();
    var options = JobOptions.builder().subject("anna").removeOnComplete(true).build();
    Reply pushed = cluster.push(RICH, DATA, options).join();
    JobId id = ((Reply.PushOutcome.Accepted) ((Reply.Pushed) pushed).outcomes().getFirst()).id();
    CompletableFuture<Query.Finished> waiting =
        cluster
            .gateway(OTHER)
            .ask(Principal.ANONYMOUS, new Query.WaitForJob(id, 20_000), Consistency.LINEARIZABLE);
    JobView held = only(cluster.pull(RICH, 1, 5_000).join());
    var ack = new Command.Ack(new Claim(held.id(), held.lease()), Payload.json("\"done\""));
    assertThat(submit(RICH, new Command.AckJobs(List.of(ack)))).isInstanceOf(Reply.Acked.class);
    assertThat(waiting.join().result()).isEqualTo(Payload.json("\"done\""));
  }

  @Test
  void whatIsStillSealedInAQueueThatIsNotAnyMoreGoesBack() {
    seal();
    JobId id = pushed();
    assertThat(submit(RICH, new Command.UnsealQueues(MAIL.value()))).isEqualTo(Done.DONE);
    hasNoKey(cluster.pull(POOR, 1, 5_000).join());
    await().atMost(SOON).until(() -> job(id).state() == JobState.WAITING);
    assertThat(job(id).attempts()).isZero();
    assertThat(only(cluster.pull(OTHER, 1, 5_000).join()).data()).isEqualTo(Payload.json(DATA));
  }

  private Reply submitAs(Principal who, Command command) {
    return cluster.gateway(RICH).submit(who, null, command).join();
  }

  @Test
  void noKeysAreMadeForWhoMayNotPush() {
    seal();
    var mayPull = new Permission(List.of("*"), List.of(Operation.PULL), false);
    assertThat(submit(RICH, new Command.PutRole(new Role("worker", List.of(mayPull), List.of()))))
        .isEqualTo(Done.DONE);
    var token =
        new Command.CreateToken("w", ByteString.copyFrom(new byte[32]), List.of("worker"), 0);
    assertThat(submit(RICH, token)).isEqualTo(Done.DONE);
    Principal worker = new Principal("w", 1, "127.0.0.1");
    var job = new NewJob(Payload.json(DATA), JobOptions.builder().subject("anna").build());
    var push = new Command.PushJobs(MAIL, List.of(job));
    assertThat(submitAs(worker, push))
        .isInstanceOfSatisfying(
            Reply.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.FORBIDDEN));
    assertThat(subjects()).isZero();
    assertThat(submitAs(Principal.SYSTEM, push)).isInstanceOf(Reply.Pushed.class);
    assertThat(subjects()).isEqualTo(1);
  }

  private long subjects() {
    return cluster
        .gateway(RICH)
        .ask(Principal.SYSTEM, new Query.GetSealing(), Consistency.LINEARIZABLE)
        .join()
        .keys()
        .subjects();
  }
}
