package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys under which payloads are sealed, but for those of data subjects, which are many.
 *
 * @param ring number of the ring key that is used now; 0: there is none yet
 * @param ringId which key of that number
 * @param wanted whether another ring key must take its place, because keys were destroyed that old
 *     snapshots still hold
 * @param unwrapped keys that are not yet wrapped under it
 * @param keys by their numbers
 * @param subjects keys of data subjects
 * @param destroyed keys that were ever destroyed
 */
public record KeyRing(
    long ring,
    ByteString ringId,
    boolean wanted,
    long unwrapped,
    List<StoredKey> keys,
    long subjects,
    long destroyed) {
  public static final KeyRing NONE = new KeyRing(0, ByteString.EMPTY, false, 0, List.of(), 0, 0);

  public KeyRing {
    keys = List.copyOf(keys);
  }

  /** Null: there is none of the number, or it is that of a data subject. */
  public @Nullable StoredKey key(long id) {
    int low = 0;
    int high = keys.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long found = keys.get(middle).id();
      if (found == id) {
        return keys.get(middle);
      }
      if (found < id) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /** The key that makes hashes of the names of data subjects; null: there is none yet. */
  public @Nullable StoredKey names() {
    for (StoredKey key : keys) {
      if (key.queues().isEmpty()) {
        return key;
      }
    }
    return null;
  }
}
