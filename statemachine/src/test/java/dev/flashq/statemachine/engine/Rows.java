package dev.flashq.statemachine.engine;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

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
}
