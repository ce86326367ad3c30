package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine.Applied;
import dev.flashq.statemachine.QueueEngine.Digest;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk, and what the engine does when it is not what it should be. */
class StorageTest {
  private static final Principal TESTER = new Principal("tester");
  private static final QueueName QUEUE = new QueueName("q");

  @TempDir Path folder;

  @Test
  void aCheckpointIsWhatItWasWhenItWasTakenAndLeadsToWhatIsNow() throws IOException {
    Path taken = folder.resolve("taken");
    try (EngineFixture live = new EngineFixture(folder.resolve("live"))) {
      var commands = new RandomCommands(42);
      for (int i = 0; i < 300; i++) {
        live.applyBytes(commands.nextEntry(live.engine()));
      }
      List<String> rows = Rows.of(live.engine());
      Applied applied = live.engine().checkpoint(taken);
      for (int i = 0; i < 300; i++) {
        live.applyBytes(commands.nextEntry(live.engine()));
      }
      try (RocksEngine restored = new RocksEngine(taken, "n2", 1)) {
        assertThat(restored.lastApplied()).isEqualTo(applied);
        assertThat(Rows.of(restored)).isEqualTo(rows);
        for (int index = 301; index <= 600; index++) {
          restored.apply(1, index, live.log().get(index - 1));
        }
        assertThat(Rows.of(restored)).isEqualTo(Rows.of(live.engine()));
        assertThat(restored.digest()).isEqualTo(live.engine().digest());
      }
    }
  }

  /** The weight by which checkpoints are taken: applying again costs what is written. */
  @Test
  void anEntryTellsHowManyRowsItWrote() {
    try (EngineFixture live = new EngineFixture(folder)) {
      QueueFixture queue = live.queue("q");
      queue.pull(100);
      int nothing = live.rows();
      for (int i = 0; i < 100; i++) {
        queue.push("job");
      }
      int push = live.rows();

      List<JobView> jobs = queue.pull(100);

      assertThat(nothing).isBetween(1, 5);
      assertThat(push - nothing).isBetween(3, 5);
      assertThat(jobs).hasSize(100);
      assertThat(live.rows()).isBetween(300, 600);
      queue.ack(jobs.getFirst());
      assertThat(live.rows() - nothing).isBetween(3, 8);
    }
  }

  @Test
  void aTruncatedFileIsNotReadAsAState() throws IOException {
    Path checkpoint = filledCheckpoint();
    damage(checkpoint, file -> file.setLength(file.length() / 2));
    assertThatThrownBy(() -> new RocksEngine(checkpoint, "n1", 1))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("cannot open the database");
  }

  @Test
  void aMissingFileIsNotReadAsAState() throws IOException {
    Path checkpoint = filledCheckpoint();
    for (Path file : tables(checkpoint)) {
      Files.delete(file);
    }
    assertThatThrownBy(() -> new RocksEngine(checkpoint, "n1", 1))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void changedBytesStopTheReplicaBeforeAnybodySeesThem() throws IOException {
    Path checkpoint = filledCheckpoint();
    damage(
        checkpoint,
        file -> {
          for (long at = 0; at < Math.min(file.length() / 2, 4096); at += 16) {
            file.seek(at);
            int old = file.read();
            file.seek(at);
            file.write(old ^ 0x55);
          }
        });
    assertThatThrownBy(
            () -> {
              try (RocksEngine engine = new RocksEngine(checkpoint, "n1", 1)) {
                engine.apply(9, 1000, entry(1, new Command.PullJobs(QUEUE, 100, 0)));
              }
            })
        .isInstanceOf(StorageException.class);
  }

  /** Two thousand jobs in the files of a checkpoint. */
  private Path filledCheckpoint() throws IOException {
    Path checkpoint = folder.resolve("checkpoint");
    try (EngineFixture live = new EngineFixture(folder.resolve("live"))) {
      for (int i = 0; i < 2000; i++) {
        live.queue("q").push("job " + i);
      }
      live.engine().checkpoint(checkpoint);
    }
    assertThat(tables(checkpoint)).isNotEmpty();
    return checkpoint;
  }

  private static List<Path> tables(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.filter(file -> file.toString().endsWith(".sst")).toList();
    }
  }

  private interface Damage {
    void to(RandomAccessFile file) throws IOException;
  }

  private static void damage(Path checkpoint, Damage damage) throws IOException {
    for (Path path : tables(checkpoint)) {
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        damage.to(file);
      }
    }
  }

  /** Members compare it, see StateVotes in cluster. */
  @Test
  void saysTheDigestAfterEachOfTheLatestEntries() {
    try (EngineFixture cluster = new EngineFixture(folder)) {
      cluster.queue("q").push("a");
      Digest first = cluster.engine().digest();
      cluster.queue("q").push("b");

      assertThat(cluster.engine().digestAt(first.index())).isEqualTo(first.value());
      assertThat(cluster.engine().digest().value()).isNotEqualTo(first.value());
      assertThat(cluster.engine().digestAt(1_000_000)).isNull();
      assertThat(cluster.engine().digestAt(0)).isNull();
    }
  }

  /** What the leader thinks of its own state is nobody's law. */
  @Test
  void theLeadersOwnDigestStopsNobody() {
    try (EngineFixture cluster = new EngineFixture(folder)) {
      cluster.queue("q").push("a");
      long index = cluster.engine().digest().index();
      assertThat(cluster.applyAll(List.of(tick(index, 4711)))).containsExactly(Reply.Done.DONE);
    }
  }

  private static Submission tick(long index, long digest) {
    return new Submission(Principal.SYSTEM, null, new Command.Tick(index, digest));
  }

  @Test
  void nobodyElseSendsTicks() {
    try (EngineFixture cluster = new EngineFixture(folder)) {
      EngineFixture.refused(cluster.apply(new Command.Tick(1, 1)), ErrorCode.FORBIDDEN);
    }
  }

  @Test
  void anEntryBelowTheLastOneIsNotAppliedAgain() {
    try (EngineFixture cluster = new EngineFixture(folder)) {
      cluster.queue("q").push("a");
      assertThatThrownBy(() -> cluster.engine().apply(1, 1, cluster.log().getFirst()))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("was applied before");
    }
  }

  @Test
  void ofACommandWhoseHandlerThrowsNothingIsSeenAndTheRestOfItsEntryIsApplied() {
    try (RocksEngine faulty = faulty(folder.resolve("a"));
        RocksEngine healthy = new RocksEngine(folder.resolve("b"), "n1", 1)) {
      List<Reply> replies =
          faulty.apply(1, 1, entry(1, push("a"), push("boom"), push("c"))).replies();
      healthy.apply(1, 1, entry(1, push("a"), push("c")));

      EngineFixture.refused(replies.get(1), ErrorCode.INTERNAL_ERROR);
      assertThat(replies.get(2))
          .isEqualTo(
              new Reply.Pushed(List.of(new Reply.PushOutcome.Accepted(new JobId(2), false))));
      assertThat(Rows.of(faulty)).isEqualTo(Rows.of(healthy));
      assertThat(faulty.digest()).isEqualTo(healthy.digest());

      faulty.apply(1, 2, entry(2, push("boom"), new Command.PullJobs(QUEUE, 10, 0)));
      healthy.apply(1, 2, entry(2, new Command.PullJobs(QUEUE, 10, 0)));
      assertThat(Rows.of(faulty)).isEqualTo(Rows.of(healthy));
      assertThat(faulty.ask(new Query.GetQueue(QUEUE)).active()).isEqualTo(2);
    }
  }

  /** Whether a fault can be undone must not depend on what a replica happens to have in memory. */
  @Test
  void aHandlerThatThrowsAfterItsEntryWasScannedIsUndoneOnWarmAndColdReplicasAlike()
      throws IOException {
    Command drain = new Command.DrainQueue(QUEUE, Long.MAX_VALUE, 10);
    Path checkpoint = folder.resolve("checkpoint");
    try (RocksEngine warm = faulty(folder.resolve("a"));
        RocksEngine healthy = new RocksEngine(folder.resolve("b"), "n1", 1)) {
      warm.apply(1, 1, entry(1, push("a"), push("b")));
      healthy.apply(1, 1, entry(1, push("a"), push("b")));
      warm.checkpoint(checkpoint);
      try (RocksEngine cold = faulty(checkpoint)) {
        ByteString poisoned = entry(2, drain, push("c"), push("boom"), drain, push("d"));
        List<Reply> replies = warm.apply(1, 2, poisoned).replies();
        cold.apply(1, 2, poisoned);
        healthy.apply(1, 2, entry(2, drain, push("c"), drain, push("d")));

        EngineFixture.refused(replies.get(2), ErrorCode.INTERNAL_ERROR);
        assertThat(replies.get(3)).isEqualTo(new Reply.Removed(1, false));
        assertThat(Rows.of(warm)).isEqualTo(Rows.of(healthy));
        assertThat(Rows.of(cold)).isEqualTo(Rows.of(healthy));
        assertThat(cold.digest()).isEqualTo(healthy.digest());
      }
    }
  }

  /** Carries out pushes of "boom" and then throws. */
  private static RocksEngine faulty(Path folder) {
    return new RocksEngine(
        folder,
        "n1",
        1,
        EngineMemory.DEFAULT,
        handlers ->
            (command, turn) -> {
              Reply reply = handlers.dispatch(command, turn);
              if (command.equals(push("boom"))) {
                throw new IllegalStateException("a bug for this test");
              }
              return reply;
            });
  }

  private static Command push(String data) {
    return new Command.PushJobs(
        QUEUE,
        List.of(
            new dev.flashq.statemachine.NewJob(
                Payload.json('"' + data + '"'), dev.flashq.statemachine.JobOptions.DEFAULTS)));
  }

  private static ByteString entry(long sequence, Command... commands) {
    return EntryCodec.stamp(
        EntryCodec.encode(
            new EntryHeader("n1", 1, sequence, 0),
            Stream.of(commands).map(command -> new Submission(TESTER, null, command)).toList()),
        1_700_000_000_000L);
  }

  @Test
  void anEntryThatNoVersionHasWrittenStopsTheReplica() {
    try (EngineFixture cluster = new EngineFixture(folder)) {
      QueueFixture queue = cluster.queue("q");
      queue.push("a");
      Consumer<ByteString> apply = bytes -> cluster.engine().apply(1, 2, bytes);
      assertThatThrownBy(() -> apply.accept(ByteString.copyFromUtf8("garbage")))
          .hasMessageContaining("unreadable log entry");
      assertThat(cluster.engine().lastApplied().index()).isEqualTo(1);
    }
  }
}
