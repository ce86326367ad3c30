package dev.flashq.statemachine.job;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Job data and results, apart from the headers: written once, removed once. */
public final class Payloads {
  private static final byte DATA = 0;
  private static final byte RESULT = 1;

  private final Tables tables;

  public Payloads(Tables tables) {
    this.tables = tables;
  }

  /** The data of a new job. */
  void addData(long job, Payload data) {
    tables.insert(Column.PAYLOADS, key(job, DATA), encode(data));
  }

  void replaceData(long job, Payload data) {
    tables.put(Column.PAYLOADS, key(job, DATA), encode(data));
  }

  /** The result of a job that has just completed. */
  void addResult(long job, Payload result) {
    tables.insert(Column.PAYLOADS, key(job, RESULT), encode(result));
  }

  void replaceResult(long job, Payload result) {
    tables.put(Column.PAYLOADS, key(job, RESULT), encode(result));
  }

  /** Data or result as it is stored; null when there is none. */
  @Nullable Payload stored(long job, boolean result) {
    return decode(tables.get(Column.PAYLOADS, key(job, result ? RESULT : DATA)));
  }

  void remove(long job, boolean result) {
    tables.delete(Column.PAYLOADS, key(job, DATA));
    if (result) {
      tables.delete(Column.PAYLOADS, key(job, RESULT));
    }
  }

  /** The data for a delivery; null when it is large and is fetched later. */
  public @Nullable Payload data(Job job) {
    return JobViews.isLarge(job.dataBytes())
        ? null
        : decode(tables.get(Column.PAYLOADS, key(job.id(), DATA)));
  }

  public static byte[] dataKey(long job) {
    return key(job, DATA);
  }

  public static byte[] resultKey(long job) {
    return key(job, RESULT);
  }

  private static byte[] encode(Payload payload) {
    return Tables.value((byte) payload.encoding().number(), payload.bytes());
  }

  /** A stored payload; null when there is none. */
  public static @Nullable Payload decode(byte @Nullable [] stored) {
    if (stored == null) {
      return null;
    }
    Payload.Encoding encoding = stored.length == 0 ? null : Payload.Encoding.of(stored[0]);
    if (encoding == null) {
      throw new StorageException("unreadable data or result of a job");
    }
    ByteString bytes = UnsafeByteOperations.unsafeWrap(stored, 1, stored.length - 1);
    return new Payload(encoding, bytes);
  }

  private static byte[] key(long job, byte part) {
    byte[] key = Arrays.copyOf(Bytes.of(job), 9);
    key[8] = part;
    return key;
  }
}
