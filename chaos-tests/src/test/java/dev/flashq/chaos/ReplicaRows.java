package dev.flashq.chaos;

import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.store.Column;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every row of the checkpoint that a node left at its stop, but for the one with index and term: a
 * hash of each, in their order, since after half an hour there are too many to be held.
 */
record ReplicaRows(Path checkpoint, String node, List<Long> hashes) {
  static ReplicaRows of(Path raftFolder, String node) throws IOException {
    Path checkpoint = newest(raftFolder);
    var hashes = new ArrayList<Long>();
    MessageDigest digest = sha256();
    visit(
        checkpoint,
        node,
        (column, key, value) -> {
          digest.update((byte) column.ordinal());
          digest.update(ByteBuffer.allocate(4).putInt(0, key.length));
          digest.update(key);
          hashes.add(ByteBuffer.wrap(digest.digest(value)).getLong());
        });
    return new ReplicaRows(checkpoint, node, hashes);
  }

  private static Path newest(Path raftFolder) throws IOException {
    try (Stream<Path> files = Files.walk(raftFolder)) {
      return files
          .filter(path -> path.getFileName().toString().startsWith("snapshot."))
          .filter(Files::isDirectory)
          .max(Comparator.comparingLong(ReplicaRows::index))
          .orElseThrow();
    }
  }

  /** Shows the same rows to somebody who looks for something. */
  static void each(Path raftFolder, String node, RocksEngine.RowVisitor visitor)
      throws IOException {
    visit(newest(raftFolder), node, visitor);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void visit(Path checkpoint, String node, RocksEngine.RowVisitor visitor)
      throws IOException {
    try (RocksEngine engine = new RocksEngine(checkpoint, node, 0)) {
      engine.rows(
          (column, key, value) -> {
            if (column != Column.META || !new String(key, StandardCharsets.UTF_8).equals("meta")) {
              visitor.row(column, key, value);
            }
          });
    }
  }

  private static long index(Path snapshot) {
    String name = snapshot.getFileName().toString();
    return Long.parseLong(name.substring(name.indexOf('_') + 1));
  }

  /** The first few rows in which another replica differs; all would be a report of megabytes. */
  List<String> differences(ReplicaRows other) throws IOException {
    var differing = new ArrayList<Integer>();
    int size = Math.max(hashes.size(), other.hashes.size());
    for (int i = 0; i < size && differing.size() < 5; i++) {
      boolean both = i < Math.min(hashes.size(), other.hashes.size());
      if (!both || !hashes.get(i).equals(other.hashes.get(i))) {
        differing.add(i);
      }
    }
    if (differing.isEmpty()) {
      return List.of();
    }
    List<String> here = text(differing);
    List<String> there = other.text(differing);
    return IntStream.range(0, differing.size())
        .mapToObj(i -> here.get(i) + " but " + there.get(i))
        .toList();
  }

  private List<String> text(List<Integer> rows) throws IOException {
    var found = new TreeMap<Integer, String>();
    var next = new AtomicInteger();
    HexFormat hex = HexFormat.of();
    visit(
        checkpoint,
        node,
        (column, key, value) -> {
          int row = next.getAndIncrement();
          if (rows.contains(row)) {
            found.put(row, column + " " + hex.formatHex(key) + " = " + hex.formatHex(value));
          }
        });
    return rows.stream().map(row -> found.getOrDefault(row, "no row")).toList();
  }
}
