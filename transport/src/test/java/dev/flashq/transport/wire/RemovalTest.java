package dev.flashq.transport.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Series of small commands: where each goes on, and when they end. */
class RemovalTest {
  private static final QueueName QUEUE = new QueueName("q");
  private static final ByteString BEHIND = ByteString.copyFromUtf8("behind");

  private final List<Command> sent = new ArrayList<>();

  private Reply run(Plan.Steps<Reply> removal, Function<Command, Reply> answers) {
    var gateway =
        new CommandGateway() {
          @Override
          public CompletableFuture<Reply> submit(
              Principal principal, @Nullable RequestId requestId, Command command) {
            sent.add(command);
            return CompletableFuture.completedFuture(answers.apply(command));
          }

          @Override
          public <R> CompletableFuture<R> ask(
              Principal principal, Query<R> query, Consistency consistency) {
            throw new UnsupportedOperationException();
          }
        };
    return removal.run(gateway, Principal.ANONYMOUS).join();
  }

  @Test
  void goesOnWhereTheCommandBeforeStoppedAlsoWhenThatFoundNothing() {
    Reply reply =
        run(
            Removal.clean(QUEUE, JobState.WAITING, 1000, 3),
            command ->
                switch (sent.size()) {
                  case 1 -> new Removed(0, true, BEHIND);
                  case 2 -> new Removed(2, true, ByteString.copyFromUtf8("farther"));
                  default -> new Removed(1, true, ByteString.copyFromUtf8("farther still"));
                });
    assertThat(reply).as("as many as were asked for").isEqualTo(new Removed(3, false));
    assertThat(sent)
        .extracting(command -> ((Command.RemoveJobs) command).from().toStringUtf8())
        .containsExactly("", "behind", "farther");
    assertThat(sent)
        .extracting(command -> ((Command.RemoveJobs) command).limit())
        .containsExactly(3, 3, 1);
  }

  @Test
  void cleansTheQueuesOfAPatternPartByPart() {
    Reply reply =
        run(
            Removal.clean("mail*", JobState.COMPLETED, 1000, Long.MAX_VALUE),
            _ -> new Removed(sent.size(), sent.size() < 3, BEHIND));
    assertThat(reply).isEqualTo(new Removed(6, false));
    assertThat(sent)
        .containsExactly(
            new Command.CleanQueues(
                "mail*", JobState.COMPLETED, 1000, Limits.REMOVALS_PER_COMMAND, ByteString.EMPTY),
            new Command.CleanQueues(
                "mail*", JobState.COMPLETED, 1000, Limits.REMOVALS_PER_COMMAND, BEHIND),
            new Command.CleanQueues(
                "mail*", JobState.COMPLETED, 1000, Limits.REMOVALS_PER_COMMAND, BEHIND));
  }

  @Test
  void obliteratesAgainUntilARoundFindsNothingAndThenForgetsTheQueue() {
    // In the first round the end of a waiting job buries one that had been looked for before.
    Reply reply =
        run(
            Removal.obliterate(QUEUE),
            command ->
                switch (command) {
                  case Command.RemoveJobs jobs when sent.size() <= 6 ->
                      new Removed(jobs.state() == JobState.WAITING ? 5 : 0, false);
                  case Command.RemoveJobs jobs when sent.size() <= 13 ->
                      new Removed(jobs.state() == JobState.FAILED ? 1 : 0, false);
                  case Command.RemoveJobs _ -> new Removed(0, false);
                  default -> Reply.Done.DONE;
                });
    assertThat(reply).isEqualTo(new Removed(6, false));
    assertThat(sent).hasSize(21);
    assertThat(sent.getLast()).isEqualTo(new Command.ForgetQueue(QUEUE));
  }

  @Test
  void tellsWhatWasRemovedBeforeARefusal() {
    var refused = new Reply.Refused(ErrorCode.SERVICE_UNAVAILABLE, "no leader");
    Reply late =
        run(Removal.drain(QUEUE), _ -> sent.size() < 3 ? new Removed(5, true, BEHIND) : refused);
    assertThat(late).isEqualTo(new Removed(10, true));
    assertThat(run(Removal.drain(QUEUE), _ -> refused)).isEqualTo(refused);
  }

  @Test
  void tellsWhatWasRemovedBeforeAFailure() {
    Reply reply =
        run(
            Removal.obliterate(QUEUE),
            command ->
                switch (command) {
                  case Command.RemoveJobs _ -> new Removed(sent.size() == 1 ? 4 : 0, false);
                  default -> Reply.Delivered.NONE;
                });
    assertThat(reply).isEqualTo(new Removed(4, true));
  }

  @Test
  void saysThatThereIsMoreWhenTheTimeIsUp() {
    long start = System.nanoTime();
    Reply reply =
        run(
            Removal.drain(QUEUE),
            command -> {
              while (System.nanoTime() - start < (Limits.REMOVAL_MS + 50) * 1_000_000) {
                Thread.onSpinWait();
              }
              return new Removed(7, true, BEHIND);
            });
    assertThat(reply).isEqualTo(new Removed(7, true));
  }
}
