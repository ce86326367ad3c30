package dev.flashq.security.seal;

import java.nio.ByteBuffer;

/**
 * What stands in front of a sealed text: 42 bytes.
 *
 * <pre>
 * format   1 byte    1
 * encoding 1 byte    of the clear text; its own business
 * key      8 bytes   number of the namespace's key
 * subject  8 bytes   number of the data subject's key; 0: none
 * salt    16 bytes   of the process that sealed it
 * counter  8 bytes   of what that process has sealed
 * </pre>
 *
 * Behind it the ciphertext and 16 bytes of tag.
 *
 * @param key number of the namespace's key
 * @param subject number of the data subject's key; 0: none
 */
public record Sealed(int encoding, long key, long subject, Salt salt, long counter) {
  static final byte FORMAT = 1;
  static final int BYTES = 42;
  static final int TAG_BYTES = 16;

  /** Bytes at the front that are part of what the tag is made of. */
  static final int AUTHENTICATED = 18;

  /** Bytes by which a sealed text is longer than the clear text. */
  public static final int OVERHEAD = BYTES + TAG_BYTES;

  /** Sixteen bytes of chance. */
  record Salt(long high, long low) {}

  /** The front of a sealed text. */
  public static Sealed parse(ByteBuffer bytes) throws UnreadableException {
    if (bytes.remaining() < OVERHEAD || bytes.get() != FORMAT) {
      throw new UnreadableException("no sealed text of a form that this version knows");
    }
    return new Sealed(
        bytes.get() & 0xff,
        bytes.getLong(),
        bytes.getLong(),
        new Salt(bytes.getLong(), bytes.getLong()),
        bytes.getLong());
  }

  void write(ByteBuffer to) {
    to.put(FORMAT)
        .put((byte) encoding)
        .putLong(key)
        .putLong(subject)
        .putLong(salt.high)
        .putLong(salt.low)
        .putLong(counter);
  }
}
