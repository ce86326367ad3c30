package dev.flashq.statemachine.store;

/** Rows of all columns that lie over the database and are not written to it yet. */
final class Overlay {
  private static final int COLUMNS = Column.values().length;

  private final RowTree[] trees = new RowTree[COLUMNS];

  Overlay() {
    for (int i = 0; i < COLUMNS; i++) {
      trees[i] = new RowTree();
    }
  }

  private Overlay(Overlay original) {
    for (int i = 0; i < COLUMNS; i++) {
      trees[i] = original.trees[i].share();
    }
  }

  /** A copy that stays as it is. */
  Overlay share() {
    return new Overlay(this);
  }

  RowTree of(Column column) {
    return trees[column.ordinal()];
  }

  /** Memory that it takes, about. */
  long bytes() {
    long bytes = 0;
    for (RowTree tree : trees) {
      bytes += tree.bytes();
    }
    return bytes;
  }
}
