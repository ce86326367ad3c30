package dev.flashq.security.seal;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A key under which payloads are sealed, in the memory of a process: that of a namespace, or that
 * of a data subject. For any thread.
 */
public final class DataKey {
  public static final int BYTES = MasterKey.KEY_BYTES;

  private final long id;
  private final byte[] bytes;
  private boolean wiped;

  /**
   * @param id its number in the key ring, from 1
   */
  public DataKey(long id, byte[] bytes) {
    this.id = id;
    this.bytes = bytes;
  }

  /** The bytes of a new one. */
  public static byte[] create(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return bytes;
  }

  public long id() {
    return id;
  }

  /** All of it, for whoever zeroes it afterwards; never what has been wiped in part. */
  public synchronized byte[] copy() throws WipedKeyException {
    if (wiped) {
      throw new WipedKeyException();
    }
    return bytes.clone();
  }

  synchronized boolean isWiped() {
    return wiped;
  }

  /** Overwrites it; copies that Java has made of it meanwhile are out of reach. */
  public synchronized void wipe() {
    wiped = true;
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "DataKey[" + id + "]";
  }
}
