package dev.flashq.statemachine.turn;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.Throughput;
import dev.flashq.statemachine.state.proto.StateProto.MetaRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Database;
import dev.flashq.statemachine.store.Tables;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One row of counters and a clock, which every entry seals. */
class MetaTest {
  @TempDir Path folder;
  private Database db;
  private Tables tables;
  private Meta meta;

  @BeforeEach
  void open() {
    db = new Database(folder);
    tables = new Tables(db);
    meta = new Meta(tables);
  }

  @AfterEach
  void close() {
    tables.close();
    db.close();
  }

  @Test
  void theClockNeverGoesBackWhateverALeaderStamps() {
    assertThat(meta.advance(1_000)).isEqualTo(1_000);
    assertThat(meta.advance(400)).isEqualTo(1_000);
    assertThat(meta.clock()).isEqualTo(1_000);
    assertThat(meta.advance(1_001)).isEqualTo(1_001);
  }

  @Test
  void nothingIsNumberedTwiceNotEvenAfterARestart() {
    long job = meta.nextJobId();
    long number = meta.nextNumber();
    int queue = meta.nextQueueId();
    meta.seal(1, 1, 0);

    Meta reopened = new Meta(tables);

    assertThat(reopened.lastJobId()).isEqualTo(job);
    assertThat(reopened.nextJobId()).isEqualTo(job + 1);
    assertThat(reopened.nextNumber()).isEqualTo(number + 1);
    assertThat(reopened.nextQueueId()).isEqualTo(queue + 1);
  }

  @Test
  void whatAnEntryCountedIsTakenBackWithIt() {
    meta.advance(1_000);
    meta.nextJobId();
    meta.seal(1, 1, 0);
    meta.advance(9_000);
    meta.nextJobId();
    meta.changeActive(3);

    meta.forget();

    assertThat(meta.clock()).isEqualTo(1_000);
    assertThat(meta.lastJobId()).isEqualTo(1);
    assertThat(meta.active()).isZero();
  }

  @Test
  void theNumberOfAForgottenQueueIsNotUsedAgain() {
    int first = meta.nextQueueId();
    meta.queueForgotten();
    assertThat(meta.queues()).isZero();

    assertThat(meta.nextQueueId()).isNotEqualTo(first);
    assertThat(meta.queues()).isEqualTo(1);
  }

  @Test
  void theDigestTellsApartWhateverAnEntryMayDoDifferently() {
    assertThat(
            new long[] {
              digest(_ -> {}, 1, 5),
              digest(_ -> {}, 2, 5),
              digest(_ -> {}, 1, 6),
              digest(other -> other.advance(1), 1, 5),
              digest(Meta::nextJobId, 1, 5),
              digest(Meta::nextNumber, 1, 5)
            })
        .doesNotHaveDuplicates();
    assertThat(digest(_ -> {}, 1, 5)).isEqualTo(digest(_ -> {}, 1, 5));
  }

  @Test
  void replicasThatDifferedOnceNeverHaveTheSameDigestAgain() {
    long one = digest(other -> other.seal(1, 1, 111), 2, 5);
    long two = digest(other -> other.seal(1, 1, 222), 2, 5);

    assertThat(one).isNotEqualTo(two);
  }

  /** Some replicas see such an index inside a checkpoint only. */
  @Test
  void anIndexWithoutCommandsMovesThePlaceAndNotTheDigest() {
    meta.seal(1, 1, 77);
    long digest = meta.digest();

    meta.skip(2, 2);

    assertThat(meta.digest()).isEqualTo(digest);
    assertThat(meta.appliedTerm()).isEqualTo(2);
    assertThat(new Meta(tables).appliedIndex()).isEqualTo(2);
  }

  @Test
  void beforeTheFirstEntryThereIsNoIndex() {
    assertThat(meta.appliedIndex()).isEqualTo(-1);
  }

  @Test
  void aCompletedJobCountsWithTheTimeThatItTook() throws InvalidProtocolBufferException {
    meta.advance(Throughput.WINDOW_MS);
    meta.countCompleted(Throughput.WINDOW_MS - 6_000);
    meta.countCompleted(Throughput.WINDOW_MS - 1_000);
    meta.seal(1, 1, 0);

    var row = MetaRecord.parseFrom(requireNonNull(tables.get(Column.META, Meta.KEY)));

    assertThat(row.getCompleted()).isEqualTo(2);
    assertThat(row.getLatencyMs()).isEqualTo(7_000);
    assertThat(Meta.throughput(row)).isEqualTo(new Throughput(1, 2, 0));
  }

  /** Clients hold ids as numbers that are exact up to there. */
  @Test
  void stopsWhenAllJobIdsAreUsed() {
    tables.put(
        Column.META,
        Meta.KEY,
        MetaRecord.newBuilder().setNextJob(Limits.JOB_ID_END - 2).build().toByteArray());
    Meta last = new Meta(tables);
    assertThat(last.nextJobId()).isEqualTo(Limits.JOB_ID_END - 1);

    assertThatThrownBy(last::nextJobId).isInstanceOf(StorageException.class);
  }

  @Test
  void doesNotBeginFromCountersThatItCannotRead() {
    tables.put(Column.META, Meta.KEY, Bytes.of("not a record"));

    assertThatThrownBy(() -> new Meta(tables)).isInstanceOf(StorageException.class);
  }

  /** The digest of a state whose only entry, or last one, does this. */
  private long digest(Consumer<Meta> entry, long index, long checksum) {
    tables.delete(Column.META, Meta.KEY);
    Meta other = new Meta(tables);
    entry.accept(other);
    other.seal(1, index, checksum);
    return other.digest();
  }
}
