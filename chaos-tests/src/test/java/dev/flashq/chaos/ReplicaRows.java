package dev.flashq.chaos;

import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.store.Column;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every row of the checkpoint that a node left at its stop, but for the one with index and term.
 */
record ReplicaRows(List<String> rows) {
  static ReplicaRows of(Path raftFolder, String node) throws IOException {
    Path checkpoint;
    try (Stream<Path> files = Files.walk(raftFolder)) {
      checkpoint =
          files
              .filter(path -> path.getFileName().toString().startsWith("snapshot."))
              .filter(Files::isDirectory)
              .max(Comparator.comparingLong(ReplicaRows::index))
              .orElseThrow();
    }
    var rows = new ArrayList<String>();
    HexFormat hex = HexFormat.of();
    try (RocksEngine engine = new RocksEngine(checkpoint, node, 0)) {
      engine.rows(
          (column, key, value) -> {
            if (column != Column.META || !new String(key, StandardCharsets.UTF_8).equals("meta")) {
              rows.add(column + " " + hex.formatHex(key) + " = " + hex.formatHex(value));
            }
          });
    }
    return new ReplicaRows(rows);
  }

  private static long index(Path snapshot) {
    String name = snapshot.getFileName().toString();
    return Long.parseLong(name.substring(name.indexOf('_') + 1));
  }

  /** The first few rows in which another replica differs; all would be a report of megabytes. */
  List<String> differences(ReplicaRows other) {
    var differences = new ArrayList<String>();
    int size = Math.max(rows.size(), other.rows.size());
    for (int i = 0; i < size && differences.size() < 5; i++) {
      String here = i < rows.size() ? rows.get(i) : "no row";
      String there = i < other.rows.size() ? other.rows.get(i) : "no row";
      if (!here.equals(there)) {
        differences.add(here + " but " + there);
      }
    }
    return differences;
  }
}
