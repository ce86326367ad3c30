package dev.flashq.statemachine.request;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Database;
import dev.flashq.statemachine.store.Tables;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An entry takes effect once, however often it is sent. */
class ProposersTest {
  @TempDir Path folder;
  private Database db;
  private Tables tables;
  private Proposers proposers;

  @BeforeEach
  void open() {
    db = new Database(folder);
    tables = new Tables(db);
    proposers = new Proposers(tables);
  }

  @AfterEach
  void close() {
    tables.close();
    db.close();
  }

  @Test
  void anEntryThatComesAgainIsNotAdmitted() {
    assertThat(admit(1, 1, 0)).isTrue();
    assertThat(admit(1, 1, 0)).isFalse();
    assertThat(admit(1, 2, 0)).isTrue();
  }

  @Test
  void entriesMayOvertakeEachOther() {
    assertThat(admit(1, 3, 1)).isTrue();
    assertThat(admit(1, 1, 1)).isTrue();
    assertThat(admit(1, 2, 1)).isTrue();
    assertThat(admit(1, 1, 1)).isFalse();
  }

  /** Its sender has said that it will not send it again: whoever does is late. */
  @Test
  void anEntryBelowWhatIsSettledComesTooLate() {
    admit(1, 7, 5);

    assertThat(admit(1, 4, 0)).isFalse();
    assertThat(admit(1, 5, 0)).isTrue();
  }

  @Test
  void aNodeThatHasStartedAnewCountsAnew() {
    admit(1, 9, 8);
    assertThat(admit(2, 1, 0)).isTrue();

    assertThat(admit(1, 10, 8)).isFalse();
    assertThat(proposers.lastBoot("n1")).isEqualTo(2);
  }

  @Test
  void nodesDoNotKnowOfEachOther() {
    admit(5, 1, 0);

    assertThat(proposers.admit(new EntryHeader("n2", 1, 1, 0))).isTrue();
    assertThat(proposers.lastBoot("n2")).isEqualTo(1);
    assertThat(proposers.lastBoot("n3")).isZero();
  }

  @Test
  void knowsAfterARestartWhatItKnewBefore() {
    admit(3, 2, 1);

    proposers = new Proposers(tables);

    assertThat(proposers.lastBoot("n1")).isEqualTo(3);
    assertThat(admit(3, 2, 1)).isFalse();
    assertThat(admit(3, 1, 1)).isTrue();
  }

  @Test
  void anEntryThatWasTakenBackMayComeAgain() {
    tables.beginEntry();
    admit(1, 1, 0);
    tables.rollback();
    proposers.forget();

    assertThat(admit(1, 1, 0)).isTrue();
  }

  @Test
  void remembersNoMoreThanWhatMayStillBeSent() {
    for (int sequence = 1; sequence <= 1_000; sequence++) {
      admit(1, sequence, Math.max(0, sequence - 3));
    }

    byte[] row = requireNonNull(tables.get(Column.META, Bytes.of("proposer/n1")));
    assertThat(row).hasSizeLessThan(30);
  }

  private boolean admit(long boot, long sequence, long settled) {
    return proposers.admit(new EntryHeader("n1", boot, sequence, settled));
  }
}
