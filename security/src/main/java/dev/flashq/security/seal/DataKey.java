package dev.flashq.security.seal;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A key under which payloads are sealed, in the memory of a process: that of a namespace, or that
 * of a data subject.
 *
 * @param id its number in the key ring, from 1
 */
public record DataKey(long id, byte[] bytes) {
  public static final int BYTES = MasterKey.KEY_BYTES;

  /** The bytes of a new one. */
  public static byte[] create(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Overwrites it; copies that Java has made of it meanwhile are out of reach. */
  public void wipe() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DataKey key && key.id == id && Arrays.equals(key.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(id);
  }

  @Override
  public String toString() {
    return "DataKey[" + id + "]";
  }
}
