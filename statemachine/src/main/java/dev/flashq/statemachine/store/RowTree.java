package dev.flashq.statemachine.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one column that lie over those of the level below, in the order of their keys: a B+ tree
 * that is changed in place, until it is shared. A shared tree never changes: whoever changes the
 * original copies the nodes that it touches.
 *
 * <p>A row is a value or a {@link #GRAVE}. It is <em>born</em> here when the level below has
 * nothing under its key; the grave of such a row is not needed, so it leaves nothing behind.
 */
final class RowTree {
  /** The value of a row that hides what the level below has. Known by its identity. */
  static final byte[] GRAVE = new byte[0];

  static final int WIDTH = 64;

  /** Inner nodes on top of each other at most: enough for more rows than fit into memory. */
  private static final int DEPTH = 8;

  /** Memory of a row besides its key and its value, about. */
  private static final int ROW_OVERHEAD = 56;

  private Object owner = new Object();
  private Node root = new Leaf(owner);
  private int rows;
  private long bytes;

  /** What the last change found under its key; null: no row. */
  private byte @Nullable [] replaced;

  private boolean replacedBorn;

  // The way to the leaf that is being changed.
  private final Inner[] path = new Inner[DEPTH];
  private final int[] places = new int[DEPTH];
  private int depth;

  RowTree() {}

  private RowTree(RowTree original) {
    root = original.root;
    rows = original.rows;
    bytes = original.bytes;
  }

  /** A copy that stays as it is; it costs nothing until the original is changed. */
  RowTree share() {
    owner = new Object();
    return new RowTree(this);
  }

  int rows() {
    return rows;
  }

  /** Memory that it takes, about. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return rows == 0;
  }

  /** The row's value, {@link #GRAVE}, or null when the level below has to be asked. */
  byte @Nullable [] get(byte[] key) {
    Node node = root;
    while (node instanceof Inner inner) {
      node = inner.children[inner.childFor(key)];
    }
    Leaf leaf = (Leaf) node;
    int place = leaf.find(key);
    return place < 0 ? null : leaf.values[place];
  }

  byte @Nullable [] replaced() {
    return replaced;
  }

  boolean replacedBorn() {
    return replacedBorn;
  }

  /**
   * Puts a row, whatever was there.
   *
   * @param absent whether it is certain that nothing is under the key, here or below
   */
  void put(byte[] key, byte[] value, boolean absent) {
    Leaf leaf = descend(key);
    int place = leaf.find(key);
    if (place >= 0) {
      replace(leaf, place, value);
    } else {
      insert(leaf, ~place, key, value, absent);
    }
  }

  /** Removes a row, here and below. */
  void delete(byte[] key) {
    Leaf leaf = descend(key);
    int place = leaf.find(key);
    if (place < 0) {
      insert(leaf, ~place, key, GRAVE, false);
    } else if (leaf.isBorn(place)) {
      note(leaf.values[place], true);
      remove(leaf, place);
    } else {
      replace(leaf, place, GRAVE);
    }
  }

  /** Brings back what a change has replaced. */
  void restore(byte[] key, byte @Nullable [] value, boolean born) {
    Leaf leaf = descend(key);
    int place = leaf.find(key);
    if (value == null) {
      remove(leaf, place);
    } else if (place >= 0) {
      replace(leaf, place, value);
      leaf.born(place, born);
    } else {
      insert(leaf, ~place, key, value, born);
    }
  }

  private void note(byte @Nullable [] value, boolean born) {
    replaced = value;
    replacedBorn = born;
  }

  private void replace(Leaf leaf, int place, byte[] value) {
    note(leaf.values[place], leaf.isBorn(place));
    bytes += value.length - leaf.values[place].length;
    leaf.values[place] = value;
  }

  private void insert(Leaf leaf, int place, byte[] key, byte[] value, boolean born) {
    note(null, false);
    rows++;
    bytes += ROW_OVERHEAD + key.length + value.length;
    Node right = leaf.insert(place, key, value, born, owner);
    while (right != null && depth > 0) {
      depth--;
      right = path[depth].insert(places[depth] + 1, right, owner);
    }
    if (right != null) {
      root = Inner.of(owner, root, right);
    }
  }

  private void remove(Leaf leaf, int place) {
    rows--;
    bytes -= ROW_OVERHEAD + leaf.keys[place].length + leaf.values[place].length;
    leaf.remove(place);
    Node empty = leaf;
    while (empty.size == 0 && depth > 0) {
      depth--;
      path[depth].remove(places[depth]);
      empty = path[depth];
    }
    if (root.size == 0) {
      root = new Leaf(owner);
    }
    while (root instanceof Inner inner && inner.size == 1) {
      root = inner.children[0];
    }
  }

  /** The leaf to which the key belongs, and on {@link #path} the way to it, all to be changed. */
  private Leaf descend(byte[] key) {
    root = root.own(owner);
    depth = 0;
    Node node = root;
    while (node instanceof Inner inner) {
      int child = inner.childFor(key);
      path[depth] = inner;
      places[depth++] = child;
      node = inner.ownChild(child, owner);
    }
    return (Leaf) node;
  }

  Cursor cursor() {
    return new Cursor(root);
  }

  /** A node that only its owner changes. */
  private abstract static sealed class Node permits Leaf, Inner {
    final Object owner;
    int size;

    Node(Object owner) {
      this.owner = owner;
    }

    abstract Node copy(Object newOwner);

    Node own(Object who) {
      return owner == who ? this : copy(who);
    }
  }

  private static final class Leaf extends Node {
    final byte[][] keys;
    final byte[][] values;

    /** One bit per row. */
    private long born;

    Leaf(Object owner) {
      this(owner, new byte[WIDTH][], new byte[WIDTH][]);
    }

    private Leaf(Object owner, byte[][] keys, byte[][] values) {
      super(owner);
      this.keys = keys;
      this.values = values;
    }

    @Override
    Leaf copy(Object newOwner) {
      Leaf copy = new Leaf(newOwner, keys.clone(), values.clone());
      copy.size = size;
      copy.born = born;
      return copy;
    }

    /** The row's place, or the complement of the place where it belongs. */
    int find(byte[] key) {
      return search(keys, 0, size, key);
    }

    boolean isBorn(int place) {
      return (born >>> place & 1) != 0;
    }

    void born(int place, boolean is) {
      born = is ? born | 1L << place : born & ~(1L << place);
    }

    /** Inserts a row; answers a new leaf to the right when this one is full. */
    @Nullable Leaf insert(int place, byte[] key, byte[] value, boolean isBorn, Object who) {
      if (size < WIDTH) {
        insert(place, key, value, isBorn);
        return null;
      }
      Leaf right = new Leaf(who);
      // Keys mostly come in ascending order: then the full leaf stays full.
      int cut = place == size ? size : size / 2;
      for (int i = cut; i < size; i++) {
        right.insert(i - cut, keys[i], values[i], isBorn(i));
        keys[i] = GRAVE;
        values[i] = GRAVE;
      }
      size = cut;
      born &= cut == WIDTH ? -1L : (1L << cut) - 1;
      if (place > cut || cut == WIDTH) {
        right.insert(place - cut, key, value, isBorn);
      } else {
        insert(place, key, value, isBorn);
      }
      return right;
    }

    private void insert(int place, byte[] key, byte[] value, boolean isBorn) {
      System.arraycopy(keys, place, keys, place + 1, size - place);
      System.arraycopy(values, place, values, place + 1, size - place);
      keys[place] = key;
      values[place] = value;
      size++;
      long below = (1L << place) - 1;
      born = born & below | (born & ~below) << 1;
      born(place, isBorn);
    }

    void remove(int place) {
      System.arraycopy(keys, place + 1, keys, place, size - place - 1);
      System.arraycopy(values, place + 1, values, place, size - place - 1);
      size--;
      keys[size] = GRAVE;
      values[size] = GRAVE;
      long below = (1L << place) - 1;
      born = born & below | born >>> 1 & ~below;
    }
  }

  private static final class Inner extends Node {
    /** The least key that belongs to a child; the first child has all that are less, too. */
    final byte[][] least;

    final Node[] children;

    private Inner(Object owner, byte[][] least, Node[] children) {
      super(owner);
      this.least = least;
      this.children = children;
    }

    static Inner of(Object owner, Node left, Node right) {
      Inner inner = new Inner(owner, new byte[WIDTH][], new Node[WIDTH]);
      inner.children[0] = left;
      inner.least[0] = leastOf(left);
      inner.children[1] = right;
      inner.least[1] = leastOf(right);
      inner.size = 2;
      return inner;
    }

    private static byte[] leastOf(Node node) {
      return switch (node) {
        case Leaf leaf -> leaf.keys[0];
        case Inner inner -> inner.least[0];
      };
    }

    @Override
    Inner copy(Object newOwner) {
      Inner copy = new Inner(newOwner, least.clone(), children.clone());
      copy.size = size;
      return copy;
    }

    int childFor(byte[] key) {
      int place = search(least, 1, size, key);
      return place >= 0 ? place : ~place - 1;
    }

    Node ownChild(int place, Object who) {
      Node child = children[place].own(who);
      children[place] = child;
      return child;
    }

    /** Inserts a child; answers a new node to the right when this one is full. */
    @Nullable Inner insert(int place, Node child, Object who) {
      if (size < WIDTH) {
        insert(place, leastOf(child), child);
        return null;
      }
      Inner right = new Inner(who, new byte[WIDTH][], new Node[WIDTH]);
      int cut = place == size ? size - 1 : size / 2;
      for (int i = cut; i < size; i++) {
        right.insert(i - cut, least[i], children[i]);
      }
      for (int i = cut; i < size; i++) {
        least[i] = GRAVE;
        children[i] = children[0];
      }
      size = cut;
      if (place > cut) {
        right.insert(place - cut, leastOf(child), child);
      } else {
        insert(place, leastOf(child), child);
      }
      return right;
    }

    private void insert(int place, byte[] key, Node child) {
      System.arraycopy(least, place, least, place + 1, size - place);
      System.arraycopy(children, place, children, place + 1, size - place);
      least[place] = key;
      children[place] = child;
      size++;
    }

    void remove(int place) {
      System.arraycopy(least, place + 1, least, place, size - place - 1);
      System.arraycopy(children, place + 1, children, place, size - place - 1);
      size--;
      children[size] = children[0];
      least[size] = GRAVE;
    }
  }

  private static int search(byte[][] keys, int from, int size, byte[] key) {
    int low = from;
    int high = size - 1;
    // What is used comes mostly from the end.
    if (high >= low && Arrays.compareUnsigned(keys[high], key) < 0) {
      return ~size;
    }
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Arrays.compareUnsigned(keys[middle], key);
      if (order < 0) {
        low = middle + 1;
      } else if (order > 0) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return ~low;
  }

  /** A place between two changes of the tree, graves included. */
  static final class Cursor {
    private final Inner[] path = new Inner[DEPTH];
    private final int[] places = new int[DEPTH];
    private final Node root;
    private int depth;
    private @Nullable Leaf leaf;
    private int place;

    private Cursor(Node root) {
      this.root = root;
    }

    /** Goes to the first row at or behind the key. */
    void seek(byte[] key) {
      Leaf found = descend(key);
      int at = found.find(key);
      leaf = found;
      place = at >= 0 ? at : ~at;
      if (place >= found.size) {
        nextLeaf();
      }
    }

    /** Goes to the last row at or before the key. */
    void seekBack(byte[] key) {
      Leaf found = descend(key);
      int at = found.find(key);
      leaf = found;
      place = at >= 0 ? at : ~at - 1;
      if (place < 0) {
        previousLeaf();
      }
    }

    private Leaf descend(byte[] key) {
      depth = 0;
      Node node = root;
      while (node instanceof Inner inner) {
        int child = inner.childFor(key);
        path[depth] = inner;
        places[depth++] = child;
        node = inner.children[child];
      }
      return (Leaf) node;
    }

    boolean isValid() {
      return leaf != null;
    }

    byte[] key() {
      return current().keys[place];
    }

    byte[] value() {
      return current().values[place];
    }

    boolean isBorn() {
      return current().isBorn(place);
    }

    private Leaf current() {
      Leaf current = leaf;
      if (current == null) {
        throw new IllegalStateException("the cursor is behind the last row");
      }
      return current;
    }

    void next() {
      if (++place >= current().size) {
        nextLeaf();
      }
    }

    void previous() {
      if (--place < 0) {
        previousLeaf();
      }
    }

    private void nextLeaf() {
      leaf = null;
      while (depth > 0) {
        Inner inner = path[depth - 1];
        if (++places[depth - 1] < inner.size) {
          Node node = inner.children[places[depth - 1]];
          while (node instanceof Inner deeper) {
            path[depth] = deeper;
            places[depth++] = 0;
            node = deeper.children[0];
          }
          leaf = (Leaf) node;
          place = 0;
          return;
        }
        depth--;
      }
    }

    private void previousLeaf() {
      leaf = null;
      while (depth > 0) {
        Inner inner = path[depth - 1];
        if (--places[depth - 1] >= 0) {
          Node node = inner.children[places[depth - 1]];
          while (node instanceof Inner deeper) {
            path[depth] = deeper;
            places[depth++] = deeper.size - 1;
            node = deeper.children[deeper.size - 1];
          }
          leaf = (Leaf) node;
          place = leaf.size - 1;
          return;
        }
        depth--;
      }
    }
  }
}
