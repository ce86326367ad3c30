package dev.flashq.statemachine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.store.Database;
import dev.flashq.statemachine.store.Tables;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bit for each job that has completed and is gone. */
class CompletedIdsTest {
  @TempDir Path folder;
  private Database db;
  private Tables tables;
  private CompletedIds ids;

  @BeforeEach
  void open() {
    db = new Database(folder.resolve("db"));
    tables = new Tables(db);
    ids = new CompletedIds(tables);
  }

  @AfterEach
  void close() {
    tables.close();
    db.close();
  }

  @Test
  void knowsAnIdAtOnceAndInLaterEntries() {
    tables.beginEntry();
    ids.add(1023);
    ids.add(1024);
    assertThat(ids.contains(1023)).isTrue();
    ids.write(1024);
    tables.commit();
    entry(1030, 1030);

    for (long id = 1000; id < 1100; id++) {
      assertThat(ids.contains(id)).as("" + id).isEqualTo(id == 1023 || id == 1024 || id == 1030);
    }
  }

  @Test
  void forgetsWhatWasTakenBack() {
    tables.beginEntry();
    ids.add(7);
    tables.rollback();
    ids.forget();
    assertThat(ids.contains(7)).isFalse();
  }

  @Test
  void forgetsIdsOfLongAgo() {
    entry(5000, 1, 3000, 5000);
    entry(CompletedIds.KEPT + 2048, CompletedIds.KEPT + 2048);

    assertThat(ids.contains(1)).isFalse();
    assertThat(ids.contains(3000)).isTrue();
    assertThat(ids.contains(5000)).isTrue();
    assertThat(ids.contains(CompletedIds.KEPT + 2048)).isTrue();
  }

  /** An entry in which these ids completed, and after which the last job has that id. */
  private void entry(long lastJob, long... completed) {
    tables.beginEntry();
    for (long id : completed) {
      ids.add(id);
    }
    ids.write(lastJob);
    tables.commit();
  }
}
