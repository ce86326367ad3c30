package dev.flashq.statemachine.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowTreeTest {
  private final RowTree tree = new RowTree();

  @Test
  void hasWhatWasPutLast() {
    tree.put(key("a"), key("1"), false);
    tree.put(key("a"), key("2"), false);

    assertThat(tree.get(key("a"))).isEqualTo(key("2"));
    assertThat(tree.get(key("b"))).isNull();
    assertThat(tree.rows()).isEqualTo(1);
  }

  @Test
  void aDeletedRowLeavesAGraveUnlessItWasBornHere() {
    tree.put(key("old"), key("1"), false);
    tree.put(key("new"), key("2"), true);

    tree.delete(key("old"));
    tree.delete(key("new"));
    tree.delete(key("never seen here"));

    assertThat(tree.get(key("old"))).isSameAs(RowTree.GRAVE);
    assertThat(tree.get(key("new"))).isNull();
    assertThat(tree.get(key("never seen here"))).isSameAs(RowTree.GRAVE);
    assertThat(tree.rows()).isEqualTo(2);
  }

  /** The level below still has the old row: the grave must come back with the next deletion. */
  @Test
  void aRowThatComesBackOverAGraveIsNotBornHere() {
    tree.delete(key("a"));
    tree.put(key("a"), key("1"), true);
    tree.delete(key("a"));

    assertThat(tree.get(key("a"))).isSameAs(RowTree.GRAVE);
  }

  @Test
  void theSameMemoryIsCountedInAndOut() {
    long empty = tree.bytes();
    for (int i = 0; i < 1000; i++) {
      tree.put(Bytes.of(i), new byte[i], true);
    }
    assertThat(tree.bytes()).isGreaterThan(1000L * 999 / 2);
    for (int i = 0; i < 1000; i++) {
      tree.delete(Bytes.of(i));
    }
    assertThat(tree.bytes()).isEqualTo(empty);
    assertThat(tree.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 1000, 100_000})
  void isAnOrderedMapOfWhichSharedCopiesStayAsTheyWere(int keys) {
    long seed = Long.getLong("tree.seed", System.nanoTime());
    var random = new Random(seed);
    var model = new Model();
    var shared = new ArrayList<Shared>();
    for (int step = 0; step < 60_000; step++) {
      change(random, keys, model);
      if (random.nextInt(3000) == 0) {
        shared.add(new Shared(tree.share(), new TreeMap<>(model.rows)));
      }
      if (random.nextInt(2000) == 0) {
        look(tree, model.rows, random, keys, seed);
      }
    }
    look(tree, model.rows, random, keys, seed);
    shared.forEach(copy -> look(copy.tree, copy.rows, random, keys, seed));
  }

  @Test
  void whatAChangeReplacedBringsEverythingBack() {
    long seed = Long.getLong("tree.seed", System.nanoTime());
    var random = new Random(seed);
    var model = new Model();
    for (int round = 0; round < 300; round++) {
      var before = new TreeMap<>(model.rows);
      var bornBefore = new HashSet<>(model.born);
      var undo = new ArrayList<Runnable>();
      int changes = random.nextInt(400);
      for (int i = 0; i < changes; i++) {
        byte[] key = change(random, 2000, model);
        byte[] value = tree.replaced();
        boolean born = tree.replacedBorn();
        undo.add(() -> tree.restore(key, value, born));
      }
      if (random.nextBoolean()) {
        for (int i = undo.size() - 1; i >= 0; i--) {
          undo.get(i).run();
        }
        model.rows.clear();
        model.rows.putAll(before);
        model.born.clear();
        model.born.addAll(bornBefore);
      }
      look(tree, model.rows, random, 2000, seed);
    }
  }

  /** What the tree must show; keys are compared as numbers. */
  private static final class Model {
    final TreeMap<Integer, byte[]> rows = new TreeMap<>();
    final Set<Integer> born = new HashSet<>();
  }

  private record Shared(RowTree tree, TreeMap<Integer, byte[]> rows) {}

  private int ascending;

  private byte[] change(Random random, int keys, Model model) {
    int number = random.nextInt(4) == 0 ? ascending++ % keys : random.nextInt(keys);
    byte[] key = Bytes.of(number);
    byte[] known = model.rows.get(number);
    switch (random.nextInt(4)) {
      case 0 -> {
        byte[] value = new byte[] {(byte) random.nextInt(256)};
        tree.put(key, value, false);
        model.rows.put(number, value);
      }
      case 1 -> {
        boolean absent = known == null || known == RowTree.GRAVE;
        byte[] value = new byte[random.nextInt(10)];
        tree.put(key, value, absent);
        model.rows.put(number, value);
        if (known == null && absent) {
          model.born.add(number);
        }
      }
      default -> {
        tree.delete(key);
        if (model.born.remove(number)) {
          model.rows.remove(number);
        } else {
          model.rows.put(number, RowTree.GRAVE);
        }
      }
    }
    return key;
  }

  private static void look(
      RowTree tree, TreeMap<Integer, byte[]> rows, Random random, int keys, long seed) {
    String repeat = "repeat with -Dtree.seed=" + seed;
    assertThat(tree.rows()).as(repeat).isEqualTo(rows.size());
    for (int i = 0; i < 200; i++) {
      int number = random.nextInt(keys);
      assertThat(tree.get(Bytes.of(number))).as(repeat).isSameAs(rows.get(number));
    }
    int from = random.nextInt(keys);
    assertThat(forward(tree, from)).as(repeat).isEqualTo(List.copyOf(rows.tailMap(from).keySet()));
    assertThat(back(tree, from))
        .as(repeat)
        .isEqualTo(List.copyOf(rows.headMap(from, true).descendingMap().keySet()));
    for (Map.Entry<Integer, byte[]> row : rows.entrySet()) {
      assertThat(tree.get(Bytes.of(row.getKey()))).as(repeat).isSameAs(row.getValue());
    }
  }

  private static List<Integer> forward(RowTree tree, int from) {
    var found = new ArrayList<Integer>();
    RowTree.Cursor cursor = tree.cursor();
    for (cursor.seek(Bytes.of(from)); cursor.isValid(); cursor.next()) {
      found.add(Bytes.intAt(cursor.key(), 0));
    }
    return found;
  }

  private static List<Integer> back(RowTree tree, int from) {
    var found = new ArrayList<Integer>();
    RowTree.Cursor cursor = tree.cursor();
    for (cursor.seekBack(Bytes.of(from)); cursor.isValid(); cursor.previous()) {
      found.add(Bytes.intAt(cursor.key(), 0));
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, -1, 7919, -7919})
  void keysInEveryDirectionAreFound(int step) {
    int count = 50_000;
    int number = 0;
    for (int i = 0; i < count; i++) {
      number = Math.floorMod(number + step, count);
      tree.put(Bytes.of(number), Bytes.of(number), true);
    }
    for (int i = 0; i < count; i++) {
      assertThat(tree.get(Bytes.of(i))).isNotNull();
    }
    assertThat(forward(tree, 0)).hasSize(count).isSorted();
    for (int i = 0; i < count; i++) {
      number = Math.floorMod(number + step, count);
      tree.delete(Bytes.of(number));
    }
    assertThat(tree.isEmpty()).isTrue();
  }

  /** As queues do: several ascending streams, each consumed from its front, some from its end. */
  @Test
  void streamsThatAreConsumedLeaveNothingBehind() {
    long seed = Long.getLong("tree.seed", System.nanoTime());
    var random = new Random(seed);
    var model = new TreeMap<Integer, byte[]>();
    int[] next = new int[7];
    for (int step = 0; step < 40_000; step++) {
      int stream = random.nextInt(next.length);
      int low = stream << 20;
      var mine = model.subMap(low, low + (1 << 20));
      boolean grow = random.nextInt(1 + step / 4000 % 5) == 0;
      if (grow) {
        int number = low + next[stream]++;
        byte[] value = new byte[] {1};
        tree.put(Bytes.of(number), value, true);
        model.put(number, value);
      } else if (!mine.isEmpty()) {
        int number = random.nextInt(5) == 0 ? mine.lastKey() : mine.firstKey();
        tree.delete(Bytes.of(number));
        model.remove(number);
      }
      if (random.nextInt(50) == 0) {
        var _ = tree.share();
      }
      if (step % 500 == 0) {
        look(tree, model, random, 7 << 20, seed);
      }
    }
    look(tree, model, random, 7 << 20, seed);
  }

  @Test
  void keysOfAllLengthsAreInTheOrderOfTheirBytes() {
    var random = new Random(3);
    var keys = new ArrayList<byte[]>();
    for (int i = 0; i < 5000; i++) {
      byte[] key = new byte[random.nextInt(6)];
      random.nextBytes(key);
      keys.add(key);
      tree.put(key, key, true);
    }
    var found = new ArrayList<byte[]>();
    RowTree.Cursor cursor = tree.cursor();
    for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
      found.add(cursor.key());
    }
    keys.sort(Arrays::compareUnsigned);
    assertThat(found).isSortedAccordingTo(Arrays::compareUnsigned).doesNotHaveDuplicates();
    assertThat(found.getFirst()).isEqualTo(keys.getFirst());
    assertThat(found.getLast()).isEqualTo(keys.getLast());
  }

  private static byte[] key(String text) {
    return text.getBytes(UTF_8);
  }
}
