package dev.flashq.statemachine.engine;

import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import dev.flashq.statemachine.log.Submission;
import dev.flashq.statemachine.store.Column;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A request that names itself has one effect and one answer, however often it arrives. */
class RequestIdTest extends WithEngine {
  private static RequestId id(long sequence) {
    return new RequestId("ada", sequence, 0);
  }

  private Command push() {
    return queue.pushCommand("a", o -> o);
  }

  @Test
  void twiceInOneEntry() {
    var twice = new Submission(new Principal("tester"), id(1), push());
    List<Reply> replies = cluster.applyAll(List.of(twice, twice));
    assertThat(replies.getFirst()).isEqualTo(replies.getLast());
    assertThat(queue.counts().waiting()).isEqualTo(1);
  }

  @Test
  void inLaterEntriesAndAfterARestart() {
    Reply first = cluster.apply(id(1), push());
    assertThat(cluster.apply(id(1), push())).isEqualTo(first);
    cluster.restart();
    assertThat(cluster.apply(id(1), push())).isEqualTo(first);
    assertThat(queue.counts().waiting()).isEqualTo(1);
    assertThat(cluster.apply(id(2), push())).isNotEqualTo(first);
  }

  @Test
  void theIdOfOneCommandIsRefusedToAnother() {
    Reply first = cluster.apply(id(1), push());
    refused(
        cluster.apply(id(1), new Command.SetPaused(queue.name(), true)), ErrorCode.INVALID_REQUEST);
    assertThat(queue.counts().paused()).isFalse();
    assertThat(cluster.apply(id(1), push())).isEqualTo(first);
  }

  @Test
  void eachPrincipalHasIdsOfItsOwn() {
    assertThat(id(1).of(new Principal("ann"))).isNotEqualTo(id(1).of(new Principal("bob")));
    assertThat(id(1).of(Principal.ANONYMOUS)).isEqualTo(id(1));
  }

  @Test
  void anotherClientsSequenceIsItsOwn() {
    cluster.apply(id(1), push());
    cluster.apply(new RequestId("bob", 1, 0), push());
    cluster.apply(new RequestId("ad", 1, 0), push());
    cluster.restart();
    cluster.apply(new RequestId("bob", 1, 0), push());
    assertThat(queue.counts().waiting()).isEqualTo(3);
  }

  @Test
  void requestsMayOvertakeEachOther() {
    cluster.apply(id(5), push());
    cluster.apply(id(2), push());
    cluster.apply(id(2), push());
    assertThat(queue.counts().waiting()).isEqualTo(2);
  }

  @Test
  void anAnswerIsKeptUntilTheClientHasBeenSilentForLong() {
    Reply first = cluster.apply(id(1), push());
    cluster.advance(ofMillis(Limits.REQUEST_ID_MS - 1));
    assertThat(cluster.apply(id(1), push())).isEqualTo(first);
    cluster.apply(id(2), push());
    // The second request was heard at the last moment: all answers stay for as long again.
    cluster.advance(ofMillis(Limits.REQUEST_ID_MS - 1));
    assertThat(cluster.apply(id(1), push())).isEqualTo(first);
    cluster.advance(ofSeconds(1));
    assertNothingIsKept();
    assertThat(cluster.apply(id(1), push())).isNotEqualTo(first);
  }

  @Test
  void aClientThatIsSilentForLongLeavesNothingHoweverManyAnswersItHad() {
    int requests = 3 * Limits.TIMERS_PER_TICK;
    for (int i = 1; i <= requests; i++) {
      cluster.apply(id(i), new Command.SetPaused(queue.name(), false));
    }
    cluster.advance(ofMillis(Limits.REQUEST_ID_MS));
    assertNothingIsKept();
  }

  private void assertNothingIsKept() {
    for (Column column :
        List.of(Column.CLIENTS, Column.ANSWERS, Column.CLIENTS_HEARD, Column.ACCOUNTS)) {
      assertThat(rows(column)).as(column.name()).isZero();
    }
  }

  @Test
  void singleRequestsOfOneDoNotForgetThoseOfOthers() {
    Reply first = cluster.apply(id(1), push());
    var flood = new Principal("flood");
    for (int entry = 0; entry < 30; entry++) {
      List<Submission> requests = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        var single = new RequestId("flood:" + entry + "-" + i, 0, 0);
        requests.add(new Submission(flood, single, new Command.SetPaused(queue.name(), false)));
      }
      cluster.applyAll(requests);
    }
    assertThat(rows(Column.CLIENTS)).isEqualTo(30_001);
    assertThat(rows(Column.TIMERS)).as("one for each principal").isLessThan(5);
    cluster.restart();
    assertThat(cluster.apply(id(1), push())).isEqualTo(first);
    var again = new RequestId("flood:0-0", 0, 0);
    refused(
        cluster.applyAll(List.of(new Submission(flood, again, push()))).getFirst(),
        ErrorCode.INVALID_REQUEST);

    cluster.advance(ofMillis(Limits.REQUEST_ID_MS));
    assertNothingIsKept();
  }

  @Test
  void settlingManyAnswersAtOnceIsSpreadOverEntries() {
    for (int i = 1; i <= 5000; i++) {
      cluster.apply(id(i), new Command.SetPaused(queue.name(), false));
    }
    cluster.apply(new RequestId("ada", 5001, 5001), new Command.SetPaused(queue.name(), false));
    assertThat(cluster.rows()).isLessThan(200);
    refused(cluster.apply(id(4999), push()), ErrorCode.REQUEST_ID_EXPIRED);
    for (int i = 5002; rows(Column.ANSWERS) > 0; i++) {
      assertThat(i).isLessThan(5800);
      cluster.apply(new RequestId("ada", i, i), new Command.SetPaused(queue.name(), false));
    }
    assertThat(queue.counts().waiting()).isZero();
  }

  @Test
  void whatTheClientHasSettledIsForgottenButNotRepeated() {
    cluster.apply(id(1), push());
    cluster.apply(id(2), push());
    Reply third = cluster.apply(new RequestId("ada", 3, 3), push());
    assertThat(rows(Column.ANSWERS)).isZero();
    refused(cluster.apply(id(1), push()), ErrorCode.REQUEST_ID_EXPIRED);
    assertThat(cluster.apply(id(3), push())).isEqualTo(third);
    cluster.restart();
    refused(cluster.apply(id(2), push()), ErrorCode.REQUEST_ID_EXPIRED);
    assertThat(queue.counts().waiting()).isEqualTo(3);
  }

  @Test
  void aRefusalIsRepeatedEvenWhenItsReasonHasGone() {
    JobView job = mustPullNew();
    Command late = new Command.PromoteJob(job.id());
    refused(cluster.apply(id(1), late), ErrorCode.WRONG_STATE);
    cluster.apply(
        new Command.MoveToDelayed(new dev.flashq.statemachine.Claim(job.id(), 0), 60_000));
    refused(cluster.apply(id(1), late), ErrorCode.WRONG_STATE);
    assertThat(cluster.apply(id(2), late)).isEqualTo(Reply.Done.DONE);
  }

  private JobView mustPullNew() {
    queue.push("a");
    return queue.mustPull();
  }

  @Test
  void aBatchIsAnsweredJobByJob() {
    queue.push("x", o -> o.uniqueKey("k"));
    var batch =
        new Command.PushJobs(
            queue.name(),
            List.of(
                new NewJob(Payload.json("1"), JobOptions.DEFAULTS),
                new NewJob(Payload.json("2"), JobOptions.builder().uniqueKey("k").build()),
                new NewJob(Payload.json("3"), JobOptions.builder().customId("c").build())));
    Reply first = cluster.apply(id(1), batch);
    cluster.restart();
    assertThat(cluster.apply(id(1), batch)).isEqualTo(first);
    assertThat(((Reply.Pushed) first).outcomes()).hasSize(3);
  }

  @Test
  void aRepeatedPullGetsTheSameJobsUnderTheSameLeases() {
    queue.push("a");
    queue.push("b");
    queue.push("c");
    var pull = new Command.PullJobs(queue.name(), 2, 0);
    Reply.Delivered first = (Reply.Delivered) cluster.apply(id(1), pull);
    cluster.restart();
    assertThat(cluster.apply(id(1), pull)).isEqualTo(first);
    assertThat(queue.counts().active()).isEqualTo(2);

    queue.ack(first.jobs().getFirst());
    assertThat(((Reply.Delivered) cluster.apply(id(1), pull)).jobs())
        .extracting(QueueFixture::data)
        .containsExactly("b");
  }

  @Test
  void aRepeatedPullDoesNotGetWhatSomebodyElseHasByNow() {
    queue.push("a", o -> o.stallTimeoutMs(1000));
    var pull = new Command.PullJobs(queue.name(), 1, 0);
    cluster.apply(id(1), pull);
    cluster.advance(ofSeconds(1));
    queue.mustPull();
    assertThat(cluster.apply(id(1), pull)).isEqualTo(Reply.Delivered.NONE);
  }

  @Test
  void anEmptyPullIsAskedAnew() {
    var pull = new Command.PullJobs(queue.name(), 1, 0);
    assertThat(cluster.apply(id(1), pull)).isEqualTo(Reply.Delivered.NONE);
    queue.push("a");
    assertThat(((Reply.Delivered) cluster.apply(id(1), pull)).jobs()).hasSize(1);
    assertThat(((Reply.Delivered) cluster.apply(id(1), pull)).jobs()).hasSize(1);
  }

  @Test
  void aClientThatSettlesNothingKeepsOnlyItsLastAnswers() {
    cluster.apply(new Command.SetPaused(queue.name(), true));
    for (int i = 1; i <= Limits.ANSWERS_PER_CLIENT + 1; i++) {
      cluster.apply(id(i), new Command.SetPaused(queue.name(), false));
    }
    assertThat(rows(Column.ANSWERS)).isEqualTo(Limits.ANSWERS_PER_CLIENT - 1);
    refused(cluster.apply(id(1), push()), ErrorCode.REQUEST_ID_EXPIRED);
    assertThat(cluster.apply(id(2), new Command.SetPaused(queue.name(), true)))
        .isEqualTo(Reply.Done.DONE);
    assertThat(queue.counts().paused()).isFalse();
  }

  @Test
  void largeAnswersAreBoundedByTheirBytes() {
    var batch =
        new Command.PushJobs(
            queue.name(),
            Collections.nCopies(1000, new NewJob(Payload.json("1"), JobOptions.DEFAULTS)));
    Reply last = Reply.Done.DONE;
    int requests = 400;
    for (int i = 1; i <= requests; i++) {
      last = cluster.apply(id(i), batch);
    }
    assertThat(bytes(Column.ANSWERS))
        .isBetween(Limits.ANSWER_BYTES_PER_CLIENT / 2L, (long) Limits.ANSWER_BYTES_PER_CLIENT);
    long rows = rows(Column.ANSWERS);
    cluster.restart();
    assertThat(cluster.apply(id(requests), batch)).isEqualTo(last);
    refused(cluster.apply(id(1), batch), ErrorCode.REQUEST_ID_EXPIRED);
    cluster.apply(id(requests + 1), batch);
    assertThat(rows(Column.ANSWERS)).isEqualTo(rows);
  }

  private long rows(Column wanted) {
    var count = new long[1];
    cluster.engine().rows((column, key, value) -> count[0] += column == wanted ? 1 : 0);
    return count[0];
  }

  private long bytes(Column wanted) {
    var count = new long[1];
    cluster.engine().rows((column, key, value) -> count[0] += column == wanted ? value.length : 0);
    return count[0];
  }
}
