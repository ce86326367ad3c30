package dev.flashq.statemachine.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ReadOptions;

/** What is seen of rows in the database, in rows on their way to it, and in those above. */
class LayersTest {
  private static final Column COLUMN = Column.CUSTOM_IDS;

  @TempDir Path folder;
  private Database db;
  private final ReadOptions reads = new ReadOptions();
  private final Overlay upper = new Overlay();
  private final Overlay lower = new Overlay();
  private Layers layers;

  @BeforeEach
  void open() {
    db = new Database(folder);
    layers = new Layers(db, reads, upper, lower);
  }

  @AfterEach
  void close() {
    reads.close();
    db.close();
  }

  @Test
  void theUppermostRowCounts() {
    store("a", "b", "c");
    lay(lower, "b", "c");
    lay(upper, "c");

    assertThat(get("a")).isEqualTo("stored");
    assertThat(get("b")).isEqualTo("lower");
    assertThat(get("c")).isEqualTo("upper");
    assertThat(scanned("", "")).containsExactly("a stored", "b lower", "c upper");
    assertThat(scannedBack("")).containsExactly("c upper", "b lower", "a stored");
  }

  @Test
  void aGraveHidesWhatLiesBelowIt() {
    store("a", "b", "c");
    bury(lower, "a");
    lay(lower, "b");
    bury(upper, "b");

    assertThat(get("a")).isNull();
    assertThat(get("b")).isNull();
    assertThat(scanned("", "")).containsExactly("c stored");
    assertThat(scannedBack("")).containsExactly("c stored");
  }

  @Test
  void aRowOverAGraveIsThere() {
    store("a");
    bury(lower, "a");
    lay(upper, "a");

    assertThat(get("a")).isEqualTo("upper");
    assertThat(scanned("", "")).containsExactly("a upper");
  }

  @Test
  void rowsOfAllLayersComeInOneOrder() {
    store("a", "d", "g");
    lay(lower, "b", "e", "h");
    lay(upper, "c", "f", "i");

    assertThat(keys(scanned("", ""))).containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i");
    assertThat(scannedBack("")).isEqualTo(scanned("", "").reversed());
  }

  @Test
  void nothingIsShownBesidesThePrefixNorBeforeTheBegin() {
    store("o", "pa", "q");
    lay(lower, "p", "pb", "r");
    lay(upper, "oz", "pc", "q");

    assertThat(keys(scanned("p", "p"))).containsExactly("p", "pa", "pb", "pc");
    assertThat(keys(scanned("p", "pb"))).containsExactly("pb", "pc");
    assertThat(keys(scannedBack("p"))).containsExactly("pc", "pb", "pa", "p");
    assertThat(scanned("x", "x")).isEmpty();
    assertThat(scannedBack("x")).isEmpty();
  }

  /** Numbers in keys may have all their bits set. */
  @Test
  void goingBackBeginsWithTheGreatestKeyThereCanBe() {
    String greatest = "p" + "\u00ff".repeat(32);
    lay(upper, "pz", greatest);
    store("p\u00ff\u00ff");

    assertThat(keys(scannedBack("p"))).containsExactly(greatest, "p\u00ff\u00ff", "pz");
  }

  @Test
  void whoHasSeenEnoughIsShownNoMore() {
    store("a", "c", "d");
    lay(upper, "b");
    bury(upper, "a");
    var seen = new ArrayList<String>();

    layers.scan(COLUMN, key(""), key(""), (key, _) -> seen.add(text(key)) && seen.size() < 2);
    assertThat(seen).containsExactly("b", "c");

    seen.clear();
    layers.scanBack(COLUMN, key(""), (key, _) -> seen.add(text(key)) && seen.size() < 2);
    assertThat(seen).containsExactly("d", "c");
  }

  @Test
  void columnsAreWorldsOfTheirOwn() {
    store("a");
    bury(upper, "a");
    upper.of(Column.DEBOUNCE).put(key("a"), key("other"), false);

    assertThat(get("a")).isNull();
    assertThat(layers.get(Column.DEBOUNCE, key("a"))).isEqualTo(key("other"));
  }

  private void store(String... keys) {
    var rows = new Overlay();
    for (String key : keys) {
      rows.of(COLUMN).put(key(key), key("stored"), false);
    }
    db.write(rows);
  }

  private void lay(Overlay overlay, String... keys) {
    for (String key : keys) {
      overlay.of(COLUMN).put(key(key), key(overlay == upper ? "upper" : "lower"), false);
    }
  }

  private static void bury(Overlay overlay, String key) {
    overlay.of(COLUMN).delete(key(key));
  }

  private @Nullable String get(String key) {
    byte[] value = layers.get(COLUMN, key(key));
    return value == null ? null : text(value);
  }

  private List<String> scanned(String prefix, String from) {
    var rows = new ArrayList<String>();
    layers.scan(
        COLUMN, key(prefix), key(from), (key, value) -> rows.add(text(key) + " " + text(value)));
    return rows;
  }

  private List<String> scannedBack(String prefix) {
    var rows = new ArrayList<String>();
    layers.scanBack(COLUMN, key(prefix), (key, value) -> rows.add(text(key) + " " + text(value)));
    return rows;
  }

  private static List<String> keys(List<String> rows) {
    return rows.stream().map(row -> row.substring(0, row.indexOf(' '))).toList();
  }

  private static byte[] key(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }
}
