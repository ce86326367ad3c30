package dev.flashq.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * Reads values one after the other from a byte range; the two encodings look the same from here.
 *
 * <p>A map is read by {@link #beginMap} and then {@link #nextKey} before each value until it
 * answers {@link #END}; an array by {@link #beginArray} and {@link #nextItem} before each item
 * until it answers false. Every failure is a {@link WireException}; after one, {@link #rewind} goes
 * back to a place that was good.
 */
public sealed interface ValueReader permits JsonReader, MessagePackReader {
  /** The map has no more entries. */
  int END = -2;

  /** Starts over with the bytes {@code [from, to)}; the reader never writes to them. */
  void open(byte[] bytes, int from, int to);

  /** What comes next; consumes nothing of it. */
  Kind kind();

  void beginMap();

  /** The number of the next key by the table, {@link NameTable#UNKNOWN}, or {@link #END}. */
  int nextKey(NameTable names);

  /** The next key as text; null at the end of the map. */
  @Nullable String nextKeyText();

  void beginArray();

  boolean nextItem();

  void nil();

  boolean bool();

  /** A whole number; a float counts when it has no fraction and fits. */
  long integer();

  /** Any number; integers beyond 2^53 are rounded. */
  double number();

  /** A text; an unpaired surrogate escape becomes U+FFFD. */
  String string();

  /** A text's number by the table, or {@link NameTable#UNKNOWN}; consumes the text. */
  int keyword(NameTable names);

  /** Passes over one value and checks all of it. */
  void skip();

  /**
   * Passes over one value that may be broken inside or too deep, as far as its end can be found.
   */
  void skipLoosely();

  /** Fails unless everything has been read. */
  void finish();

  /** Offset of the next unread byte; directly in front of a value after {@link #kind}. */
  int position();

  /** Containers that are open. */
  int depth();

  /** Goes back to a position and depth noted in front of a value. */
  void rewind(int position, int depth);

  byte[] bytes();
}
