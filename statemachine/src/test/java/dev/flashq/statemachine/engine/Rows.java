package dev.flashq.statemachine.engine;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;

/** All stored rows of an engine as lines. */
final class Rows {
  private Rows() {}

  static List<String> of(RocksEngine engine) {
    var rows = new ArrayList<String>();
    HexFormat hex = HexFormat.of();
    engine.rows(
        (column, key, value) ->
            rows.add(column + " " + hex.formatHex(key) + " = " + hex.formatHex(value)));
    return rows;
  }

  /** The rows that only one of the two has; all of them would be a report of megabytes. */
  static List<String> differences(List<String> expected, List<String> found) {
    var lost = new LinkedHashSet<>(expected);
    found.forEach(lost::remove);
    var added = new LinkedHashSet<>(found);
    expected.forEach(added::remove);
    return Stream.concat(
            lost.stream().map(row -> "missing: " + row), added.stream().map(row -> "extra: " + row))
        .limit(20)
        .toList();
  }
}
