package dev.flashq.statemachine.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.statemachine.store.Views.View;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows lie over the database until it gets them; nobody sees where they are. */
class TablesTest {
  private static final Column COLUMN = Column.CUSTOM_IDS;
  private static final byte[] ALL = new byte[0];

  @TempDir Path folder;
  private Database db;
  private Tables tables;
  private Views views;

  @BeforeEach
  void open() {
    db = new Database(folder.resolve("db"));
    tables = new Tables(db);
    views = new Views(db, tables);
  }

  @AfterEach
  void close() {
    tables.close();
    db.close();
  }

  @Test
  void anEntrySeesWhatItHasWritten() {
    tables.beginEntry();
    tables.put(COLUMN, key("a"), key("1"));
    assertThat(text(tables.get(COLUMN, key("a")))).isEqualTo("1");
    assertThat(scanned("")).containsExactly("a=1");

    tables.delete(COLUMN, key("a"));
    assertThat(tables.get(COLUMN, key("a"))).isNull();
    assertThat(scanned("")).isEmpty();
  }

  @Test
  void whatIsTakenBackWasNeverThere() {
    entry(() -> tables.insert(COLUMN, key("stored"), key("1")));
    store();
    entry(() -> tables.insert(COLUMN, key("laid"), key("2")));

    tables.beginEntry();
    tables.put(COLUMN, key("stored"), key("changed"));
    tables.delete(COLUMN, key("laid"));
    tables.insert(COLUMN, key("new"), key("3"));
    tables.delete(COLUMN, key("new"));
    tables.rollback();

    assertThat(scanned("")).containsExactly("laid=2", "stored=1");
  }

  @Test
  void rowsThatComeAndGoBetweenTwoWritesAreNeverWritten() {
    entry(() -> tables.insert(COLUMN, key("short"), key("1")));
    entry(() -> tables.put(COLUMN, key("short"), key("2")));
    entry(() -> tables.delete(COLUMN, key("short")));
    assertThat(tables.overlayBytes()).isZero();
  }

  @Test
  void theChecksumIsOfWhatIsWrittenInItsOrder() {
    long one = checksum("a", "1", "b", "2");
    assertThat(checksum("a", "1", "b", "2")).isEqualTo(one);
    assertThat(checksum("b", "2", "a", "1")).isNotEqualTo(one);
    assertThat(checksum("a", "1", "b", "3")).isNotEqualTo(one);
    assertThat(checksum("a1", "", "b", "2")).isNotEqualTo(one);
    tables.beginEntry();
    tables.put(COLUMN, key("a"), key("1"));
    tables.delete(COLUMN, key("b"));
    assertThat(tables.checksum()).isNotEqualTo(one);
  }

  private long checksum(String... keysAndValues) {
    tables.beginEntry();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      tables.put(COLUMN, key(keysAndValues[i]), key(keysAndValues[i + 1]));
    }
    return tables.checksum();
  }

  @Test
  void aViewStaysAsItWasTaken() {
    entry(() -> tables.insert(COLUMN, key("a"), key("1")));
    List<String> seen =
        views.read(
            view -> {
              entry(() -> tables.put(COLUMN, key("a"), key("2")));
              entry(() -> tables.insert(COLUMN, key("b"), key("3")));
              store();
              entry(() -> tables.delete(COLUMN, key("a")));
              store();
              return shown(view, "");
            });
    assertThat(seen).containsExactly("a=1");
    assertThat(scanned("")).containsExactly("b=3");
  }

  @Test
  void whoeverIsShownRowsMustNotChangeThem() {
    entry(() -> tables.insert(COLUMN, key("a"), key("1")));
    assertThatThrownBy(
            () ->
                tables.scan(
                    COLUMN,
                    ALL,
                    ALL,
                    (key, _) -> {
                      tables.delete(COLUMN, key);
                      return true;
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(scanned("")).containsExactly("a=1");
  }

  @Test
  void aWrongClaimThatNothingIsThereIsFound() {
    entry(() -> tables.insert(COLUMN, key("a"), key("1")));
    store();
    assertThatThrownBy(() -> tables.insert(COLUMN, key("a"), key("2")))
        .isInstanceOf(AssertionError.class);
  }

  /** Random entries, some taken back, with the rows at every stage of their way to the database. */
  @Test
  void isOneOrderedMapWhereverTheRowsAre() {
    long seed = Long.getLong("tables.seed", System.nanoTime());
    var random = new Random(seed);
    var model = new TreeMap<String, String>();
    Tables.@Nullable Frozen frozen = null;
    for (int round = 0; round < 1500; round++) {
      var before = new TreeMap<>(model);
      tables.beginEntry();
      for (int i = random.nextInt(30); i > 0; i--) {
        change(random, model);
      }
      if (random.nextInt(5) == 0) {
        tables.rollback();
        model.clear();
        model.putAll(before);
      }
      tables.commit();
      if (random.nextInt(20) == 0 && frozen == null) {
        frozen = tables.freeze();
      } else if (random.nextInt(10) == 0 && frozen != null) {
        frozen.write();
        frozen = null;
      }
      compare(random, model, "repeat with -Dtables.seed=" + seed);
    }
  }

  private void change(Random random, TreeMap<String, String> model) {
    String key = "k" + random.nextInt(300);
    String value = "" + random.nextInt(1000);
    boolean known = model.containsKey(key);
    switch (random.nextInt(3)) {
      case 0 -> {
        tables.put(COLUMN, key(key), key(value));
        model.put(key, value);
      }
      case 1 -> {
        if (!known) {
          tables.insert(COLUMN, key(key), key(value));
          model.put(key, value);
        }
      }
      default -> {
        tables.delete(COLUMN, key(key));
        model.remove(key);
      }
    }
  }

  private void compare(Random random, TreeMap<String, String> model, String repeat) {
    String from = "k" + random.nextInt(300);
    String prefix = "k" + random.nextInt(10);
    assertThat(text(tables.get(COLUMN, key(from)))).as(repeat).isEqualTo(model.get(from));
    assertThat(scanned(from)).as(repeat).isEqualTo(lines(model.tailMap(from)));
    assertThat(views.<List<String>>read(view -> shown(view, prefix)))
        .as(repeat)
        .isEqualTo(lines(model.subMap(prefix, prefix + '~')));
    assertThat(views.<List<String>>read(view -> shownBack(view, prefix)))
        .as(repeat)
        .isEqualTo(lines(model.subMap(prefix, prefix + '~')).reversed());
  }

  private static List<String> lines(java.util.Map<String, String> rows) {
    return rows.entrySet().stream().map(row -> row.getKey() + "=" + row.getValue()).toList();
  }

  private void entry(Runnable writes) {
    tables.beginEntry();
    writes.run();
    tables.commit();
  }

  private void store() {
    tables.freeze().write();
  }

  private List<String> scanned(String from) {
    var rows = new ArrayList<String>();
    tables.scan(COLUMN, ALL, key(from), (key, value) -> rows.add(text(key) + "=" + text(value)));
    return rows;
  }

  private static List<String> shown(View view, String prefix) {
    var rows = new ArrayList<String>();
    view.scan(
        COLUMN, key(prefix), key(prefix), (key, value) -> rows.add(text(key) + "=" + text(value)));
    return rows;
  }

  private static List<String> shownBack(View view, String prefix) {
    var rows = new ArrayList<String>();
    view.scanBack(COLUMN, key(prefix), (key, value) -> rows.add(text(key) + "=" + text(value)));
    return rows;
  }

  private static byte[] key(String text) {
    return text.getBytes(UTF_8);
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, UTF_8);
  }
}
