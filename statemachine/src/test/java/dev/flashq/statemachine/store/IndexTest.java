package dev.flashq.statemachine.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexTest {
  private static final byte[] PREFIX = Bytes.of(7);

  @TempDir Path folder;
  private Database db;
  private Tables tables;
  private FrontBudget budget;
  private Index index;
  private int crowds;

  @BeforeEach
  void open() {
    db = new Database(folder.resolve("db"));
    tables = new Tables(db);
    budget = new FrontBudget(2000);
    index = new Index(tables, Column.READY, PREFIX, budget, true);
  }

  @AfterEach
  void close() {
    tables.close();
    db.close();
  }

  @Test
  void isTheOrderOfWhatIsStoredWhateverLeavesMemory() {
    long seed = Long.getLong("index.seed", System.nanoTime());
    var random = new Random(seed);
    var model = new TreeSet<Slot>();
    var gone = new ArrayList<Slot>();
    long number = 0;
    for (int burst = 0; burst < 400; burst++) {
      int kind = random.nextInt(12);
      int size = random.nextInt(random.nextInt(4) == 0 ? 3000 : 200);
      for (int i = 0; i < size; i++) {
        number++;
        switch (kind) {
          case 0, 1 -> put(new Slot(0, number, number), model);
          case 2 -> put(new Slot(0, -number, number), model);
          case 3 -> put(new Slot(-random.nextInt(4), number, number), model);
          case 4 -> put(new Slot(-random.nextInt(4), random.nextInt(20_000), number), model);
          case 5, 6, 7, 8, 9 -> take(model, gone, seed);
          case 10 -> remove(any(model, random), model, gone);
          default -> {
            if (!gone.isEmpty()) {
              put(gone.get(random.nextInt(gone.size())), model);
            }
          }
        }
      }
      store();
      if (random.nextInt(40) == 0) {
        index.forget();
      } else if (random.nextInt(10) == 0) {
        crowdOut();
      }
      assertThat(index.first())
          .as("repeat with -Dindex.seed=%d", seed)
          .isEqualTo(model.isEmpty() ? null : model.first());
    }
    var rest = new ArrayList<Slot>();
    for (Slot slot = index.first(); slot != null; slot = index.first()) {
      rest.add(slot);
      index.remove(slot);
    }
    assertThat(rest).as("repeat with -Dindex.seed=%d", seed).containsExactlyElementsOf(model);
  }

  /** Everything is in the database, as after a checkpoint. */
  private void store() {
    tables.commit();
    tables.freeze().write();
  }

  private void put(Slot slot, TreeSet<Slot> model) {
    if (model.add(slot)) {
      index.put(slot);
    }
  }

  private void take(TreeSet<Slot> model, List<Slot> gone, long seed) {
    Slot first = index.first();
    assertThat(first)
        .as("repeat with -Dindex.seed=%d", seed)
        .isEqualTo(model.isEmpty() ? null : model.first());
    remove(first, model, gone);
  }

  private void remove(@Nullable Slot slot, TreeSet<Slot> model, List<Slot> gone) {
    if (slot != null) {
      model.remove(slot);
      gone.add(slot);
      index.remove(slot);
    }
  }

  private static @Nullable Slot any(TreeSet<Slot> model, Random random) {
    Slot near = new Slot(-random.nextInt(4), random.nextInt(20_000), 0);
    return model.ceiling(near);
  }

  /** Other indexes fill the memory that all share. */
  private void crowdOut() {
    Index other = new Index(tables, Column.READY, Bytes.of(100 + crowds++), budget, true);
    for (int i = 0; i < 1000; i++) {
      other.put(new Slot(1, i, i));
    }
    Index another = new Index(tables, Column.READY, Bytes.of(100 + crowds++), budget, true);
    for (int i = 0; i < 1000; i++) {
      another.put(new Slot(1, i, i));
    }
    budget.enforce();
    assertThat(budget.slots()).isLessThanOrEqualTo(2000);
    other.forget();
    another.forget();
  }

  @Test
  void aSlotThatComesBackHidesNothing() {
    putAll(10_000, 12_000);
    takeAll(1500);
    for (int i = 11_501; i < 11_536; i++) {
      index.remove(slot(i));
    }
    // The front is cut behind 11,500, which then goes and is passed by.
    putAll(0, 1100);
    index.remove(slot(11_500));
    takeAll(1100);
    assertThat(index.first()).isEqualTo(slot(11_536));
    index.put(slot(11_520));
    putAll(0, 1100);
    index.put(slot(11_500));
    takeAll(1100);
    assertThat(index.first()).isEqualTo(slot(11_500));
    takeAll(1);
    assertThat(index.first()).isEqualTo(slot(11_520));
  }

  private static Slot slot(long number) {
    return new Slot(0, number, number);
  }

  private void putAll(int from, int to) {
    for (int i = from; i < to; i++) {
      index.put(slot(i));
    }
  }

  @Test
  void theJobsOfAStackOnTopOfAConsumedBacklogCostNoMoreThanThemselves() {
    for (int i = 0; i < 60_000; i++) {
      index.put(new Slot(0, i, i));
    }
    takeAll(50_000);
    store();
    try (KeysPassed keys = new KeysPassed(folder.resolve("keys"))) {
      long passed =
          keys.by(
              () -> {
                for (int round = 1; round <= 20; round++) {
                  for (int i = 0; i < 2000; i++) {
                    index.put(new Slot(0, -(10_000L * round + i), i));
                  }
                  takeAll(2000 + 10);
                  store();
                }
              });
      // 20 rounds of 2000: without a memory of graves each round passes over all 50,000.
      assertThat(passed).isLessThan(200_000);
    }
  }

  @Test
  void aFrontThatWasCrowdedOutIsFoundAgainBehindItsGraves() {
    for (int i = 0; i < 60_000; i++) {
      index.put(new Slot(0, i, i));
    }
    takeAll(50_000);
    store();
    try (KeysPassed keys = new KeysPassed(folder.resolve("keys"))) {
      crowdOut();
      assertThat(keys.by(() -> index.first())).isLessThan(2000);
      assertThat(index.first()).isEqualTo(new Slot(0, 50_000, 50_000));
    }
  }

  private void takeAll(int count) {
    for (int i = 0; i < count; i++) {
      index.remove(requireNonNull(index.first()));
    }
  }
}
