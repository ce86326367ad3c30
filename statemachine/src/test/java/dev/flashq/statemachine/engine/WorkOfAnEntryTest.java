package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An entry does a bounded amount; what is too much has no effect and waits for another entry. */
class WorkOfAnEntryTest extends WithEngine {
  private static final Principal TESTER = new Principal("tester");

  @Test
  void ofManyPullsSomeWaitForAnotherEntry() {
    List<QueueFixture> queues = filled(20, 1_000, JobOptions.DEFAULTS);

    List<Reply> replies = cluster.applyTogether(pulls(queues));

    long delivered = delivered(replies);
    assertThat(delivered).isEqualTo(Limits.DELIVERIES_PER_ENTRY);
    assertThat(replies.size()).isBetween(8, 9);
    long active = queues.stream().mapToLong(q -> q.counts().active()).sum();
    assertThat(active).isEqualTo(delivered);
  }

  @Test
  void allOfItGetsDoneWhenItIsProposedAgain() {
    List<QueueFixture> queues = filled(20, 1_000, JobOptions.DEFAULTS);
    var left = new ArrayList<>(List.of(pulls(queues)));
    int entries = 0;
    while (!left.isEmpty()) {
      List<Reply> replies = cluster.applyTogether(left.toArray(Command[]::new));
      assertThat(replies).isNotEmpty();
      left.subList(0, replies.size()).clear();
      entries++;
    }
    assertThat(entries).isEqualTo(3);
    long active = queues.stream().mapToLong(q -> q.counts().active()).sum();
    // The pulls that were cut short by the end of an entry left some.
    assertThat(active).isBetween(18_000L, 20_000L);
  }

  /** Jobs with as much around them as there may be: a burst of pulls must not fill the memory. */
  @Test
  void heavyHeadersCountByTheirBytes() {
    var heavy =
        JobOptions.builder()
            .tags(Collections.nCopies(Limits.TAGS, "x".repeat(Limits.TAG_BYTES)))
            .build();
    List<QueueFixture> queues = filled(4, 1_000, heavy);

    List<Reply> replies = cluster.applyTogether(pulls(queues));

    long bytes = delivered(replies) * Limits.TAGS * Limits.TAG_BYTES;
    assertThat(bytes).isBetween(1L, 2 * Limits.BYTES_PER_ENTRY);
    assertThat(delivered(replies)).isLessThan(4_000);
  }

  @Test
  void largeDataCountsByItsBytes() {
    var large = new NewJob(Payload.json('"' + "x".repeat(1 << 20) + '"'), JobOptions.DEFAULTS);
    var queues = new ArrayList<QueueFixture>();
    for (int i = 0; i < 60; i++) {
      QueueFixture each = cluster.queue("q" + i);
      cluster.apply(new Command.PushJobs(each.name(), List.of(large)));
      queues.add(each);
    }

    List<Reply> replies = cluster.applyTogether(pulls(queues));

    long most = Limits.BYTES_PER_ENTRY / (1 << 20);
    assertThat(delivered(replies)).isBetween(most - 2, most + 2);
  }

  /** Each of these looks at everything and finds nothing. */
  @Test
  void ofManyFruitlessCleansMostWaitForAnotherEntry() {
    List<QueueFixture> queues = filled(1, 30_000, JobOptions.DEFAULTS);
    Command clean =
        new Command.RemoveJobs(
            queues.getFirst().name(), JobState.WAITING, Limits.DURATION_MS, Long.MAX_VALUE, 1);

    List<Reply> replies =
        cluster.applyTogether(Collections.nCopies(500, clean).toArray(Command[]::new));

    assertThat(replies).hasSize(2);
    assertThat(replies)
        .allSatisfy(
            reply -> {
              Reply.Removed removed = (Reply.Removed) reply;
              assertThat(removed.count()).isZero();
              assertThat(removed.more()).isTrue();
            });
  }

  @Test
  void aCleanThatMeetsTheEndOfTheWorkGoesOnWhereItStopped() {
    QueueFixture jobs = filled(1, 30_000, JobOptions.DEFAULTS).getFirst();
    ByteString from = ByteString.EMPTY;
    int removed = 0;
    int commands = 0;
    boolean more = true;
    while (more) {
      Reply.Removed reply =
          (Reply.Removed)
              cluster.apply(
                  new Command.RemoveJobs(
                      jobs.name(), JobState.WAITING, 0, Long.MAX_VALUE, 5_000, from));
      removed += reply.count();
      from = reply.next();
      more = reply.more();
      commands++;
    }
    assertThat(removed).isEqualTo(30_000);
    assertThat(commands).isBetween(6, 7);
    assertThat(jobs.counts().waiting()).isZero();
  }

  @Test
  void aCommandThatWaitsForAnotherEntryIsNotOnRecord() {
    List<QueueFixture> queues = filled(12, 1_000, JobOptions.DEFAULTS);
    var submissions = new ArrayList<Submission>();
    for (int i = 0; i < queues.size(); i++) {
      submissions.add(
          new Submission(
              TESTER,
              new RequestId("client", i + 1, 0),
              new Command.PullJobs(queues.get(i).name(), 1_000, 0)));
    }
    List<Reply> replies = cluster.applyAll(submissions);
    assertThat(replies.size()).isLessThan(submissions.size());

    List<Reply> rest = cluster.applyAll(submissions.subList(replies.size(), submissions.size()));

    assertThat(rest).hasSize(submissions.size() - replies.size());
    assertThat(delivered(rest)).isGreaterThan(0);
  }

  /**
   * What is counted is the same on a replica that has everything in memory and on one that has not.
   */
  @Test
  void warmAndColdReplicasCarryOutTheSameCommands() throws IOException {
    List<QueueFixture> queues = filled(12, 1_000, JobOptions.DEFAULTS);
    Path checkpoint = folder.resolve("checkpoint");
    cluster.engine().checkpoint(checkpoint);
    long index = cluster.engine().lastApplied().index() + 1;
    ByteString entry =
        EntryCodec.stamp(
            EntryCodec.encode(
                new EntryHeader(EngineFixture.NODE, EngineFixture.BOOT, 1_000_000, 0),
                List.of(pulls(queues)).stream()
                    .map(command -> new Submission(TESTER, null, command))
                    .toList()),
            cluster.now());
    try (RocksEngine cold = new RocksEngine(checkpoint, EngineFixture.NODE, EngineFixture.BOOT)) {
      Outcome onCold = cold.apply(1, index, entry);
      Outcome onWarm = cluster.engine().apply(1, index, entry);

      assertThat(onCold.replies()).hasSameSizeAs(onWarm.replies());
      assertThat(onCold.rows()).isEqualTo(onWarm.rows());
      assertThat(cold.digest()).isEqualTo(cluster.engine().digest());
    }
  }

  @Test
  void anEntryThatComesAgainSaysSo() {
    ByteString entry =
        EntryCodec.stamp(
            EntryCodec.encode(
                new EntryHeader(EngineFixture.NODE, EngineFixture.BOOT, 77, 0),
                List.of(new Submission(TESTER, null, queue.pushCommand("a", o -> o)))),
            cluster.now());
    Outcome first = cluster.applyBytes(entry);
    Outcome again = cluster.applyBytes(entry);

    assertThat(first.isNew()).isTrue();
    assertThat(first.replies()).hasSize(1);
    assertThat(again.isNew()).isFalse();
    assertThat(again.replies()).isEmpty();
    assertThat(queue.counts().waiting()).isEqualTo(1);
  }

  private static Command[] pulls(List<QueueFixture> queues) {
    return queues.stream()
        .map(each -> new Command.PullJobs(each.name(), Limits.JOBS_PER_COMMAND, 0))
        .toArray(Command[]::new);
  }

  private static long delivered(List<Reply> replies) {
    return replies.stream().mapToLong(reply -> ((Reply.Delivered) reply).jobs().size()).sum();
  }

  private List<QueueFixture> filled(int queues, int jobs, JobOptions options) {
    var all = new ArrayList<QueueFixture>();
    for (int i = 0; i < queues; i++) {
      QueueFixture each = cluster.queue("filled-" + i);
      for (int left = jobs; left > 0; left -= 500) {
        List<NewJob> batch =
            IntStream.range(0, Math.min(500, left))
                .mapToObj(_ -> new NewJob(Payload.json("1"), options))
                .toList();
        cluster.apply(new Command.PushJobs(new QueueName("filled-" + i), batch));
      }
      all.add(each);
    }
    cluster.log().clear();
    return all;
  }

  @Test
  void aTickStopsWhereTheWorkEndsAndTheNextGoesOn() {
    var delayed = JobOptions.builder().delayMs(1_000).build();
    List<QueueFixture> queues = filled(4, 5_000, delayed);
    cluster.setClock(cluster.now() + 1_000);
    int ticks = 0;
    while (cluster.engine().nextTimerDue() <= cluster.now()) {
      cluster.tickOnce();
      assertThat(cluster.rows()).isLessThan(2 * Limits.ROWS_PER_ENTRY);
      ticks++;
    }
    assertThat(ticks).isGreaterThanOrEqualTo(20_000 / Limits.TIMERS_PER_TICK);
    assertThat(queues).allSatisfy(each -> assertThat(each.counts().waiting()).isEqualTo(5_000));
  }

  @Test
  void countsEndWithTheEntry() {
    Map<String, Integer> sizes = new java.util.TreeMap<>();
    List<QueueFixture> queues = filled(9, 1_000, JobOptions.DEFAULTS);
    sizes.put("first", cluster.applyTogether(pulls(queues)).size());
    sizes.put("second", cluster.applyTogether(pulls(queues)).size());

    assertThat(sizes.get("first")).isEqualTo(9);
    assertThat(sizes.get("second")).isEqualTo(9);
  }
}
