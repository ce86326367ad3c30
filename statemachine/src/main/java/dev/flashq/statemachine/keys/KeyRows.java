package dev.flashq.statemachine.keys;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.StoredKey;
import dev.flashq.statemachine.WrappedKey;
import dev.flashq.statemachine.state.proto.StateProto.KeyRecord;
import dev.flashq.statemachine.state.proto.StateProto.NamespaceRecord;
import dev.flashq.statemachine.store.Bytes;
import java.nio.charset.StandardCharsets;

/** Rows of keys to what they say. */
public final class KeyRows {
  private KeyRows() {}

  static KeyRecord parse(byte[] row) {
    try {
      return KeyRecord.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a key", e);
    }
  }

  /** A key by its row. */
  public static StoredKey key(byte[] key, byte[] row) {
    return key(Bytes.longAt(key, 0), parse(row));
  }

  static StoredKey key(long id, KeyRecord record) {
    return new StoredKey(
        id,
        record.getQueues(),
        record.getSubject(),
        new WrappedKey(record.getRing(), record.getWrapped()),
        record.getMadeAt());
  }

  /** A namespace by its row. */
  public static Namespace namespace(byte[] key, byte[] row) {
    try {
      return new Namespace(
          new String(key, StandardCharsets.UTF_8), NamespaceRecord.parseFrom(row).getKey());
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a namespace", e);
    }
  }
}
