package dev.flashq.client.secure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keys of AES-256, each of 64 hexadecimal digits: the newest seals, all of them open. Immutable; a
 * key is replaced by adding the next one, and removed when nothing is left that it has sealed.
 */
public final class KeyRing {
  /** Keys of a ring; a text that names none is tried with each. */
  public static final int MAX_KEYS = 64;

  /** The newest first. */
  private final List<EncryptionKey> keys;

  private KeyRing(List<EncryptionKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /** A ring with a key that envelopes do not name, as in flashQ's guide. */
  public static KeyRing of(String hex) {
    return new KeyRing(List.of(EncryptionKey.of(EncryptionKey.DEFAULT, hex)));
  }

  /** A ring with a key that envelopes name by this id. */
  public static KeyRing of(String id, String hex) {
    EncryptionKey.requireId(id);
    return new KeyRing(List.of(EncryptionKey.of(id, hex)));
  }

  /** The same with another key, which seals from now on. */
  public KeyRing with(String id, String hex) {
    EncryptionKey.requireId(id);
    if (find(id).isPresent()) {
      throw new IllegalArgumentException("the ring has a key " + id);
    }
    if (keys.size() == MAX_KEYS) {
      throw new IllegalArgumentException("a ring has at most " + MAX_KEYS + " keys");
    }
    var more = new ArrayList<EncryptionKey>(keys);
    more.addFirst(EncryptionKey.of(id, hex));
    return new KeyRing(more);
  }

  /** The same without an old key; the empty id means the one that envelopes do not name. */
  public KeyRing without(String id) {
    if (newest().id().equals(id)) {
      throw new IllegalArgumentException("the key that seals cannot be taken away");
    }
    return new KeyRing(keys.stream().filter(key -> !key.id().equals(id)).toList());
  }

  EncryptionKey newest() {
    return keys.getFirst();
  }

  Optional<EncryptionKey> find(String id) {
    return keys.stream().filter(key -> key.id().equals(id)).findFirst();
  }

  List<EncryptionKey> all() {
    return keys;
  }

  @Override
  public String toString() {
    return keys.toString();
  }
}
