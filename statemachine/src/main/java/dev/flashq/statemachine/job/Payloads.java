package dev.flashq.statemachine.job;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Job data and results, apart from the headers: written once, removed once. */
public final class Payloads {
  private static final Payload.Encoding[] ENCODINGS = Payload.Encoding.values();
  private static final byte DATA = 0;
  private static final byte RESULT = 1;
  // Recent data is often pulled soon after: so much of it stays at hand, the oldest goes first.
  private static final int RECENT_BYTES = 8 << 20;
  private static final int PAYLOAD_OVERHEAD = 150;

  private final Tables tables;
  private final Map<Long, Payload> recent = new LinkedHashMap<>();
  private int recentBytes;

  public Payloads(Tables tables) {
    this.tables = tables;
  }

  void putData(long job, Payload data) {
    put(job, DATA, data);
    remember(job, data);
  }

  void putResult(long job, Payload result) {
    put(job, RESULT, result);
  }

  private void put(long job, byte part, Payload payload) {
    tables.put(
        Column.PAYLOADS, key(job, part), (byte) payload.encoding().ordinal(), payload.bytes());
  }

  void remove(long job, boolean result) {
    tables.delete(Column.PAYLOADS, key(job, DATA));
    forgetOne(job);
    if (result) {
      tables.delete(Column.PAYLOADS, key(job, RESULT));
    }
  }

  /** The data for a delivery. */
  public @Nullable Payload data(long job) {
    Payload payload = recent.get(job);
    return payload != null ? payload : decode(tables.get(Column.PAYLOADS, key(job, DATA)));
  }

  public static byte[] dataKey(long job) {
    return key(job, DATA);
  }

  public static byte[] resultKey(long job) {
    return key(job, RESULT);
  }

  /** A stored payload; null when there is none. */
  public static @Nullable Payload decode(byte @Nullable [] stored) {
    if (stored == null) {
      return null;
    }
    if (stored.length == 0 || stored[0] < 0 || stored[0] >= ENCODINGS.length) {
      throw new StorageException("unreadable data or result of a job");
    }
    ByteString bytes = UnsafeByteOperations.unsafeWrap(stored, 1, stored.length - 1);
    return new Payload(ENCODINGS[stored[0]], bytes);
  }

  private void remember(long job, Payload data) {
    forgetOne(job);
    // A copy: what was read from the log is a part of its whole entry.
    ByteString copy = UnsafeByteOperations.unsafeWrap(data.bytes().toByteArray());
    recent.put(job, new Payload(data.encoding(), copy));
    recentBytes += weight(data);
  }

  private static int weight(Payload payload) {
    return PAYLOAD_OVERHEAD + payload.bytes().size();
  }

  /** Lets the data go from memory; it stays stored. */
  void forgetOne(long job) {
    Payload old = recent.remove(job);
    if (old != null) {
      recentBytes -= weight(old);
    }
  }

  /** The entry is in the database: what was written may be dropped from memory again. */
  public void entryWritten() {
    var oldest = recent.entrySet().iterator();
    while (recentBytes > RECENT_BYTES && oldest.hasNext()) {
      recentBytes -= weight(oldest.next().getValue());
      oldest.remove();
    }
  }

  public void forget() {
    recent.clear();
    recentBytes = 0;
  }

  private static byte[] key(long job, byte part) {
    byte[] key = java.util.Arrays.copyOf(Bytes.of(job), 9);
    key[8] = part;
    return key;
  }
}
