package dev.flashq.transport.wire;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.wire.JsonPieces;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A large answer: an array, and at places in it the data of jobs, which are turned into what the
 * client reads while they are written. An answer that holds a job twice refers to its data twice.
 */
public final class LargeBody {
  private final byte[] array;
  private final int arraySize;
  private final List<Splice> splices;
  private final long size;
  private final long held;
  private int at;
  private int next;

  /**
   * What stands at a place of the array.
   *
   * @param size bytes that it becomes
   * @param held bytes in memory until then
   */
  record Splice(int at, Source source, long size, long held) {}

  /** Bytes that are made while they are written. */
  interface Source {
    boolean more();

    /** About so many, at least one; there are more. */
    ByteBuffer next(int bytes);
  }

  /**
   * @param array from 0 to the size
   * @param splices in the order of their places
   */
  LargeBody(byte[] array, int arraySize, List<Splice> splices) {
    this.array = array;
    this.arraySize = arraySize;
    this.splices = List.copyOf(splices);
    this.size = arraySize + splices.stream().mapToLong(Splice::size).sum();
    this.held = arraySize + splices.stream().mapToLong(Splice::held).sum();
  }

  /** One that is there as a whole. */
  public static LargeBody of(byte[] array) {
    return new LargeBody(array, array.length, List.of());
  }

  /** Bytes of the answer. */
  public long size() {
    return size;
  }

  /** Bytes of memory until the answer is written. */
  public long held() {
    return held;
  }

  public boolean more() {
    return splice() != null || at < arraySize;
  }

  /** What is to be written before the array goes on; null when the array does. */
  private @Nullable Source splice() {
    for (; next < splices.size() && splices.get(next).at() == at; next++) {
      Source source = splices.get(next).source();
      if (source.more()) {
        return source;
      }
    }
    return null;
  }

  /** About so many bytes, or less; there are more. */
  public ByteBuffer next(int bytes) {
    Source splice = splice();
    if (splice != null) {
      return splice.next(bytes);
    }
    int end = next < splices.size() ? splices.get(next).at() : arraySize;
    int from = at;
    at = Math.min(end, from + bytes);
    return ByteBuffer.wrap(array, from, at - from);
  }

  /** Data that goes as it is. */
  static class Plain implements Source {
    private final ByteString value;
    private int at;

    Plain(ByteString value) {
      this.value = value;
    }

    @Override
    public boolean more() {
      return at < value.size();
    }

    @Override
    public ByteBuffer next(int bytes) {
      return cut(bytes).asReadOnlyByteBuffer();
    }

    final ByteString cut(int bytes) {
      int from = at;
      at = Math.min(value.size(), from + bytes);
      return value.substring(from, at);
    }
  }

  /** JSON that goes as it is, on one line. */
  static final class Line extends Plain {
    Line(ByteString value) {
      super(value);
    }

    @Override
    public ByteBuffer next(int bytes) {
      byte[] piece = cut(bytes).toByteArray();
      for (int i = 0; i < piece.length; i++) {
        if (piece[i] == '\n' || piece[i] == '\r') {
          piece[i] = ' ';
        }
      }
      return ByteBuffer.wrap(piece);
    }
  }

  /** MessagePack that becomes JSON. */
  static final class Translated implements Source {
    private final JsonPieces pieces;

    Translated(byte[] value) {
      this.pieces = new JsonPieces(value, 0, value.length);
    }

    @Override
    public boolean more() {
      return pieces.more();
    }

    @Override
    public ByteBuffer next(int bytes) {
      int size = pieces.write(bytes);
      return ByteBuffer.wrap(Arrays.copyOf(pieces.piece(), size));
    }
  }
}
