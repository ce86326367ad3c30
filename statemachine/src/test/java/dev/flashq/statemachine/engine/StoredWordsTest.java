package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.log.Submission;
import dev.flashq.statemachine.store.Column;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rows outlive names of classes and sentences: they hold numbers, and the words of users. */
class StoredWordsTest extends WithEngine {
  private long sequence;

  private Reply apply(Command command) {
    return cluster.apply(new RequestId("ada", ++sequence, 0), command);
  }

  private Command push(JobOptions.Builder options) {
    return new Command.PushJobs(queue.name(), List.of(new NewJob(Payload.NULL, options.build())));
  }

  /** Commands that are refused, each for another reason. */
  private List<Command> refused() {
    JobId dead = queue.push("d", o -> o.maxAttempts(1));
    queue.fail(queue.mustPull(), "smtp is down");
    JobId gone = queue.push("g");
    cluster.apply(new Command.CancelJob(gone));
    JobId done = queue.push("c");
    JobView held = queue.mustPull();
    queue.ack(held);
    queue.push("k", o -> o.uniqueKey("key").debounceId("window"));
    JobId waiting = queue.push("w");
    JobId none = new JobId(999);
    Claim claim = new Claim(none, 1);
    return List.of(
        new Command.FailJob(claim, "x"),
        new Command.FailJob(new Claim(waiting, 7), "x"),
        new Command.ReportProgress(claim, 1, "x"),
        new Command.RenewLease(claim),
        new Command.RetryDeadJobs(queue.name(), none, 1),
        new Command.ChangePriority(none, 1),
        new Command.ChangePriority(done, 1),
        new Command.PromoteJob(none),
        new Command.PromoteJob(waiting),
        new Command.DiscardJob(claim),
        new Command.DiscardJob(new Claim(done, 0)),
        new Command.CancelJob(none),
        new Command.CancelJob(done),
        new Command.AckJobs(List.of(new Command.Ack(claim, null))),
        push(JobOptions.builder().uniqueKey("key")),
        push(JobOptions.builder().debounceId("window")),
        push(JobOptions.builder().dependsOn(List.of(none))),
        push(JobOptions.builder().dependsOn(List.of(dead))),
        push(JobOptions.builder().dependsOn(List.of(gone))),
        new Command.RaiseFeatureLevel(0),
        new Command.Tick(1, 2));
  }

  @Test
  void aRefusalIsRepeatedInTheSameWords() {
    var first = new ArrayList<Reply>();
    List<Command> commands = refused();
    commands.forEach(command -> first.add(apply(command)));
    assertThat(first).noneMatch(Reply.Done.class::isInstance);
    cluster.restart();
    sequence = 0;
    for (int i = 0; i < commands.size(); i++) {
      assertThat(apply(commands.get(i))).isEqualTo(first.get(i));
    }
    // Only the leader may say it, so it has no answer of its own above.
    var raise =
        new Submission(
            Principal.SYSTEM, new RequestId("n", 1, 0), new Command.RaiseFeatureLevel(1));
    cluster.applyAll(List.of(raise));
    var back =
        new Submission(
            Principal.SYSTEM, new RequestId("n", 2, 0), new Command.RaiseFeatureLevel(0));
    assertThat(cluster.applyAll(List.of(back, back)))
        .containsOnly(cluster.applyAll(List.of(back)).getFirst());
  }

  @Test
  void rowsHoldNoWordsOfOurs() {
    refused().forEach(this::apply);
    JobId awaited = queue.push("a", o -> o.stallTimeoutMs(1000));
    queue.push("b", o -> o.dependsOn(List.of(awaited)));
    queue.push("s", o -> o.stallTimeoutMs(1000).maxAttempts(1).priority(9));
    queue.push("t", o -> o.timeoutMs(1000).priority(8));
    for (int i = 0; i < Limits.STALLS; i++) {
      queue.pull(100);
      cluster.advance(Duration.ofMinutes(2));
    }
    apply(new Command.DiscardJob(new Claim(awaited, 0)));
    assertThat(cluster.job(awaited).state()).isEqualTo(JobState.FAILED);
    var words =
        Stream.of(
                Arrays.stream(Command.class.getPermittedSubclasses()).map(Class::getSimpleName),
                Arrays.stream(ErrorCode.values()).map(ErrorCode::name),
                Stream.of(
                    "Job ", "not found", "stalled", "timed out", "iscarded", "Depend", "answer"))
            .flatMap(each -> each)
            .toList();
    cluster
        .engine()
        .rows(
            (column, key, value) -> {
              String text =
                  new String(key, StandardCharsets.ISO_8859_1)
                      + new String(value, StandardCharsets.ISO_8859_1);
              assertThat(words).as("%s %s", column, text).noneMatch(text::contains);
            });
    assertThat(rows(Column.ANSWERS)).isPositive();
    assertThat(rows(Column.DEAD)).isGreaterThan(3);
  }

  private long rows(Column wanted) {
    var count = new long[1];
    cluster.engine().rows((column, _, _) -> count[0] += column == wanted ? 1 : 0);
    return count[0];
  }
}
