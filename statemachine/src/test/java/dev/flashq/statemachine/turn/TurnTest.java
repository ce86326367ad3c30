package dev.flashq.statemachine.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Database;
import dev.flashq.statemachine.store.Tables;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an entry knows, has led to, and may yet do. */
class TurnTest {
  private static final Fact READY = new Fact.QueueReady(new QueueName("mail"));
  private static final byte[] NOTHING = new byte[0];

  @TempDir Path folder;
  private Database db;
  private Tables tables;
  private WorkBudget work;
  private Turn entry;

  @BeforeEach
  void open() {
    db = new Database(folder);
    tables = new Tables(db);
    tables.beginEntry();
    work = new WorkBudget(tables);
    entry = new Turn(1_000, 3, true, work);
  }

  @AfterEach
  void close() {
    tables.close();
    db.close();
  }

  @Test
  void aCommandIsItsPrincipalsAndAllElseIsTheEntrys() {
    Turn ada = entry.of(new Principal("ada"));
    Turn bob = ada.of(new Principal("bob"));
    ada.emit(READY);

    assertThat(entry.principal()).isEqualTo(Principal.SYSTEM);
    assertThat(ada.principal()).isEqualTo(new Principal("ada"));
    assertThat(bob.principal()).isEqualTo(new Principal("bob"));
    assertThat(bob.facts()).containsExactly(READY);
    assertThat(bob.work()).isSameAs(work);
    assertThat(bob.now()).isEqualTo(1_000);
    assertThat(bob.featureLevel()).isEqualTo(3);
    assertThat(bob.answering()).isTrue();
  }

  @Test
  void whoIsShownTheFactsCannotAddToThem() {
    assertThatThrownBy(() -> entry.facts().add(READY))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void rowsCountWhetherTheyArePutOrDeleted() {
    for (int i = 0; i < Limits.ROWS_PER_ENTRY / 2; i++) {
      tables.put(Column.CUSTOM_IDS, Bytes.of(i), NOTHING);
      assertThat(work.isSpent()).isFalse();
      tables.delete(Column.CUSTOM_IDS, Bytes.of(i));
    }
    assertThat(work.isSpent()).isTrue();
  }

  @Test
  void bytesCountWhetherTheyAreWrittenOrRead() {
    byte[] half = new byte[(int) Limits.BYTES_PER_ENTRY / 2];
    tables.put(Column.PAYLOADS, NOTHING, half);
    work.looked(1, half.length - 1);
    assertThat(work.isSpent()).isFalse();

    work.looked(1, 1);
    assertThat(work.isSpent()).isTrue();
  }

  @Test
  void looksRunOutAndAreNeverLessThanNone() {
    work.looked(Limits.LOOKS_PER_ENTRY - 1, 0);
    assertThat(work.looksLeft()).isEqualTo(1);
    assertThat(work.isSpent()).isFalse();

    work.looked(1_000, 0);
    assertThat(work.looksLeft()).isZero();
    assertThat(work.isSpent()).isTrue();
  }

  @Test
  void deliveriesRunOut() {
    for (int left = Limits.DELIVERIES_PER_ENTRY; left > 0; left--) {
      assertThat(work.deliveriesLeft()).isEqualTo(left);
      work.delivered();
    }
    assertThat(work.deliveriesLeft()).isZero();
    assertThat(work.isSpent()).isTrue();
  }

  /** Timers see to what is left of a cascade; other commands need not wait for them. */
  @Test
  void whatFollowsFromTheEndOfAJobKeepsNoCommandFromBeginning() {
    work.followed(Limits.FOLLOW_UPS_PER_ENTRY + 1);

    assertThat(work.followUpsLeft()).isZero();
    assertThat(work.isSpent()).isFalse();
    assertThat(work.deliveriesLeft()).isEqualTo(Limits.DELIVERIES_PER_ENTRY);
  }

  @Test
  void anEntryThatIsSpentInOneWayDoesNothingMoreInAnyOther() {
    work.looked(Limits.LOOKS_PER_ENTRY, 0);

    assertThat(work.deliveriesLeft()).isZero();
    assertThat(work.followUpsLeft()).isZero();
  }
}
