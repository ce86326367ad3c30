package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine.Applied;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows lie over the database, and nobody can tell. */
class OverlayTest {
  private static final int ENTRIES = 600;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void replicasWithMuchAndWithLittleMemoryHoldTheSameRows(boolean guarded) {
    long seed = Long.getLong("overlay.seed", System.nanoTime());
    try (EngineFixture large = new EngineFixture(folder.resolve("large"));
        EngineFixture small =
            new EngineFixture(folder.resolve("small"), new EngineMemory(3_000, Runnable::run))) {
      var commands = guarded ? RandomCommands.guarded(seed) : new RandomCommands(seed);
      for (int i = 0; i < ENTRIES; i++) {
        ByteString entry = commands.nextEntry(large.engine());
        large.applyBytes(entry);
        small.applyBytes(entry);
      }
      assertThat(Rows.differences(Rows.of(large.engine()), Rows.of(small.engine())))
          .as("repeat with -Doverlay.seed=%d", seed)
          .isEmpty();
      assertThat(small.engine().digest()).isEqualTo(large.engine().digest());
    }
  }

  /** Rows are on their way to the database while the next entries are applied. */
  @Test
  void rowsThatAreBeingWrittenAreSeenAllTheTime() throws Exception {
    try (ExecutorService writer = Executors.newSingleThreadExecutor();
        EngineFixture beside =
            new EngineFixture(folder.resolve("beside"), new EngineMemory(20_000, writer));
        EngineFixture alone = new EngineFixture(folder.resolve("alone"))) {
      var commands = new RandomCommands(11);
      for (int i = 0; i < ENTRIES; i++) {
        ByteString entry = commands.nextEntry(alone.engine());
        alone.applyBytes(entry);
        beside.applyBytes(entry);
      }
      assertThat(Rows.differences(Rows.of(alone.engine()), Rows.of(beside.engine()))).isEmpty();
      writer.shutdown();
      assertThat(writer.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      assertThat(Rows.differences(Rows.of(alone.engine()), Rows.of(beside.engine()))).isEmpty();
    }
  }

  /** Each checkpoint is exactly the state after the entry that it names. */
  @Test
  void checkpointsAreTakenWhileEntriesAreApplied() throws Exception {
    var commands = new RandomCommands(5);
    var taken = new ArrayList<Applied>();
    var paths = new ArrayList<Path>();
    try (ExecutorService writer = Executors.newSingleThreadExecutor();
        ExecutorService other = Executors.newSingleThreadExecutor();
        EngineFixture live =
            new EngineFixture(folder.resolve("live"), new EngineMemory(50_000, writer))) {
      live.applyBytes(commands.nextEntry(live.engine()));
      var done = new AtomicBoolean();
      Future<?> checkpoints =
          other.submit(
              () -> {
                while (!done.get()) {
                  Path path = folder.resolve("checkpoint-" + paths.size());
                  taken.add(live.engine().checkpoint(path));
                  paths.add(path);
                }
                return true;
              });
      for (int i = 0; i < ENTRIES; i++) {
        live.applyBytes(commands.nextEntry(live.engine()));
      }
      done.set(true);
      checkpoints.get(60, TimeUnit.SECONDS);
      assertThat(taken).isNotEmpty();
      for (int i = 0; i < taken.size(); i++) {
        requireLeadsTo(live, taken.get(i), paths.get(i));
      }
    }
  }

  private static void requireLeadsTo(EngineFixture live, Applied applied, Path checkpoint) {
    try (RocksEngine restored = new RocksEngine(checkpoint, "n9", 1)) {
      assertThat(restored.lastApplied()).isEqualTo(applied);
      for (long index = applied.index() + 1; index <= live.log().size(); index++) {
        restored.apply(1, index, live.log().get((int) index - 1));
      }
      assertThat(restored.digest()).isEqualTo(live.engine().digest());
    }
  }

  /** Jobs wander from waiting to active; every question counts each of them once. */
  @Test
  void questionsSeeTheStateBetweenTwoEntries() throws Exception {
    try (EngineFixture live =
            new EngineFixture(folder.resolve("live"), new EngineMemory(5_000, Runnable::run));
        ExecutorService reader = Executors.newSingleThreadExecutor()) {
      QueueFixture queue = live.queue("q");
      for (int i = 0; i < 200; i++) {
        queue.push("job " + i);
      }
      var wrong = Collections.synchronizedList(new ArrayList<Query.QueueView>());
      var done = new AtomicBoolean();
      Future<Integer> questions =
          reader.submit(
              () -> {
                int asked = 0;
                while (!done.get()) {
                  Query.QueueView counts = queue.counts();
                  if (counts.waiting() + counts.active() + counts.completed() != 200) {
                    wrong.add(counts);
                  }
                  asked += live.engine().ask(list()).jobs().size() == 200 ? 1 : 1_000_000;
                }
                return asked;
              });
      for (List<JobView> jobs = queue.pull(3); !jobs.isEmpty(); jobs = queue.pull(3)) {
        jobs.forEach(queue::ack);
      }
      done.set(true);
      assertThat(questions.get(30, TimeUnit.SECONDS)).isBetween(1, 999_999);
      assertThat(wrong).isEmpty();
    }
  }

  private static Query.ListJobs list() {
    return new Query.ListJobs(null, null, 1_000, 0);
  }

  @Test
  void aJobThatComesAndGoesBetweenTwoCheckpointsIsNeverWritten() throws IOException {
    try (EngineFixture live = new EngineFixture(folder.resolve("live"))) {
      QueueFixture queue = live.queue("q");
      queue.push("before");
      queue.ack(queue.mustPull());
      live.engine().checkpoint(folder.resolve("first"));
      for (int i = 0; i < 5_000; i++) {
        queue.push("job", o -> o.removeOnComplete(true));
        queue.ack(queue.mustPull());
      }
      live.engine().checkpoint(folder.resolve("second"));
      assertThat(size(folder.resolve("second")) - size(folder.resolve("first")))
          .isLessThan(64 << 10);
      assertThat(queue.counts().completed()).isEqualTo(1);
    }
  }

  private static long size(Path checkpoint) throws IOException {
    try (var files = java.nio.file.Files.list(checkpoint)) {
      return files
          .filter(file -> file.toString().endsWith(".sst"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void aDrainOverRowsInEveryPlaceFindsThemAll() throws IOException {
    try (EngineFixture live = new EngineFixture(folder.resolve("live"))) {
      QueueFixture queue = live.queue("q");
      for (int i = 0; i < 300; i++) {
        queue.push("stored", o -> o.delayMs(1_000_000));
      }
      live.engine().checkpoint(folder.resolve("first"));
      for (int i = 0; i < 300; i++) {
        queue.push("laid over", o -> o.delayMs(500_000));
      }
      Command drain = new Command.DrainQueue(queue.name(), Long.MAX_VALUE, 5_000);

      assertThat(live.apply(drain)).hasToString("Removed[count=600, more=false, next=" + EMPTY);

      assertThat(queue.counts().delayed()).isZero();
      live.restart();
      assertThat(live.queue("q").counts().delayed()).isZero();
    }
  }

  private static final String EMPTY = ByteString.EMPTY + "]";
}
