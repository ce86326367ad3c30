package dev.flashq.statemachine.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the changes of one entry have replaced, so that they can be taken back. */
final class Undo {
  private static final int KEPT = 1 << 14;

  private Column[] columns = new Column[256];
  private byte[][] keys = new byte[256][];
  private byte[] @Nullable [] values = new byte[256][];
  private boolean[] born = new boolean[256];
  private int size;

  /** Notes what the last change of the tree has replaced under the key. */
  void note(Column column, byte[] key, RowTree tree) {
    if (size == columns.length) {
      grow(2 * size);
    }
    columns[size] = column;
    keys[size] = key;
    values[size] = tree.replaced();
    born[size++] = tree.replacedBorn();
  }

  private void grow(int capacity) {
    columns = Arrays.copyOf(columns, capacity);
    keys = Arrays.copyOf(keys, capacity);
    values = Arrays.copyOf(values, capacity);
    born = Arrays.copyOf(born, capacity);
  }

  /** Takes all changes back, the last one first. */
  void takeBack(Overlay overlay) {
    for (int i = size - 1; i >= 0; i--) {
      overlay.of(columns[i]).restore(keys[i], values[i], born[i]);
    }
    clear();
  }

  /** The changes stay. */
  void clear() {
    if (columns.length > KEPT) {
      columns = new Column[256];
      keys = new byte[256][];
      values = new byte[256][];
      born = new boolean[256];
    } else {
      Arrays.fill(keys, 0, size, RowTree.GRAVE);
      Arrays.fill(values, 0, size, null);
    }
    size = 0;
  }
}
