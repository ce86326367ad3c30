package dev.flashq.statemachine.engine;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an entry has led to, told once, to whoever listens. */
class FactsTest extends WithEngine {
  @Override
  String queueName() {
    return "mail";
  }

  @Test
  void aPushTellsThatItsQueueIsReady() {
    queue.push("a");

    assertThat(cluster.woken()).containsExactly(queue.name());
  }

  @Test
  void nothingIsReadyWhileItsTimeHasNotCome() {
    queue.push("a", o -> o.delayMs(5_000));
    assertThat(cluster.woken()).isEmpty();

    cluster.advance(ofSeconds(5));

    assertThat(cluster.woken()).containsExactly(queue.name());
  }

  @Test
  void aPausedQueueIsReadyWhenItGoesOn() {
    cluster.apply(new Command.SetPaused(queue.name(), true));
    queue.push("a");
    assertThat(cluster.woken()).isEmpty();

    cluster.apply(new Command.SetPaused(queue.name(), false));

    assertThat(cluster.woken()).containsExactly(queue.name());
  }

  @Test
  void aQueueAtItsConcurrencyIsReadyWhenAJobEnds() {
    cluster.apply(new Command.SetConcurrency(queue.name(), 1));
    queue.push("a");
    queue.push("b");
    JobView held = queue.mustPull();
    cluster.woken().clear();
    queue.push("c");
    assertThat(cluster.woken()).isEmpty();

    queue.ack(held);

    assertThat(cluster.woken()).containsExactly(queue.name());
  }

  @Test
  void aGroupWhoseJobEndsMakesItsQueueReady() {
    queue.push("a", o -> o.groupId("g"));
    queue.push("b", o -> o.groupId("g"));
    JobView held = queue.mustPull();
    cluster.woken().clear();

    queue.ack(held);

    assertThat(cluster.woken()).containsExactly(queue.name());
  }

  @Test
  void aJobThatEndsTellsHowAndWhere() {
    JobId done = queue.push("a");
    JobId failed = queue.push("b", o -> o.maxAttempts(1));
    JobId cancelled = queue.push("c");
    queue.ack(queue.mustPull(), "\"result\"");
    queue.fail(queue.mustPull(), "no");
    cluster.apply(new Command.CancelJob(cancelled));

    assertThat(cluster.end(done)).isEqualTo(new JobEnd.Completed(Payload.json("\"result\"")));
    assertThat(cluster.end(failed)).isEqualTo(JobEnd.Without.FAILED);
    assertThat(cluster.end(cancelled)).isEqualTo(JobEnd.Without.REMOVED);
    assertThat(cluster.ended()).containsExactly(done, failed, cancelled);
  }

  @Test
  void aFailureThatIsRetriedIsNoEnd() {
    queue.push("a");
    queue.fail(queue.mustPull(), "again");

    assertThat(cluster.ended()).isEmpty();
  }

  @Test
  void settingsTellThatTheRulesHaveChanged() {
    cluster.apply(new Command.SetPaused(queue.name(), true));
    cluster.apply(new Command.SetRateLimit(queue.name(), new RateLimit(1, 1_000)));
    cluster.apply(new Command.SetConcurrency(queue.name(), 3));
    cluster.apply(new Command.ForgetQueue(queue.name()));

    assertThat(cluster.changed())
        .containsExactly(queue.name(), queue.name(), queue.name(), queue.name());
  }

  @Test
  void takingBackASettingOfAnUnknownQueueChangesNoRule() {
    cluster.apply(new Command.SetPaused(queue.name(), false));
    cluster.apply(new Command.ForgetQueue(queue.name()));

    assertThat(cluster.changed()).isEmpty();
  }

  @Test
  void aRepeatedRequestTellsNothingAgain() {
    JobId job = queue.push("a");
    JobView held = queue.mustPull();
    queue.ack(held);
    queue.ack(held);

    assertThat(cluster.ended()).containsExactly(job);
  }

  /** A command that had no effect has led to nothing. */
  @Test
  void aFaultyCommandTellsNothing() {
    var facts = new ArrayList<Fact>();
    try (RocksEngine faulty =
        new RocksEngine(
            folder.resolve("faulty"),
            "n1",
            1,
            EngineMemory.DEFAULT,
            handlers ->
                (command, turn) -> {
                  Reply reply = handlers.dispatch(command, turn);
                  if (command instanceof Command.SetPaused) {
                    throw new IllegalStateException("a bug for this test");
                  }
                  return reply;
                })) {
      faulty.listen(facts::add);
      faulty.apply(
          1,
          1,
          EntryCodec.stamp(
              EntryCodec.encode(
                  new EntryHeader("n1", 1, 1, 0),
                  Stream.of(push("a"), new Command.SetPaused(queue.name(), true), push("b"))
                      .map(command -> new Submission(new Principal("tester"), null, command))
                      .toList()),
              cluster.now()));
    }
    assertThat(facts).containsExactly(new Fact.QueueReady(queue.name()));
  }

  private Command push(String data) {
    return new Command.PushJobs(
        queue.name(), List.of(new NewJob(Payload.json('"' + data + '"'), JobOptions.DEFAULTS)));
  }

  /** Facts are told when questions see the entry, not before. */
  @Test
  void whoHearsAFactFindsWhatItIsAbout() {
    var states = new ArrayList<String>();
    try (EngineFixture other = new EngineFixture(folder.resolve("other"))) {
      other
          .engine()
          .listen(
              fact -> {
                if (fact instanceof Fact.JobEnded ended) {
                  states.add(String.valueOf(other.state(ended.job())));
                }
              });
      EngineFixture.QueueFixture jobs = other.queue("mail");
      jobs.push("a");
      jobs.ack(jobs.mustPull());
    }
    assertThat(states).containsExactly("COMPLETED");
  }
}
