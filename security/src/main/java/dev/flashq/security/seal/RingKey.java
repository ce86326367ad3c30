package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A key under which the data keys of the cluster are wrapped, as it is kept and told: wrapped
 * itself under a master key.
 *
 * @param number from 1; grows with each one that takes the place of another
 * @param id made of the key, so that two of one number are told apart: 32 hexadecimal digits
 * @param masterKey {@link MasterKey#id} of what it is wrapped under
 */
public record RingKey(long number, String id, String masterKey, byte[] wrapped) {
  public static final int ID_BYTES = 16;

  private static final byte[] ID_PREFIX = "flashQ ring key ".getBytes(US_ASCII);
  private static final String FIRST_LINE = "flashq-ring-key 1";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{" + 2 * ID_BYTES + "}");
  private static final Pattern MASTER_KEY = Pattern.compile("[ -~]{1,512}");

  /** Fails on what no member keeps or tells. */
  public RingKey {
    if (number < 1
        || !ID.matcher(id).matches()
        || !MASTER_KEY.matcher(masterKey).matches()
        || wrapped.length == 0
        || wrapped.length > MasterKey.WRAPPED_BYTES) {
      throw new IllegalArgumentException("no ring key");
    }
  }

  /** The id of a key in the clear. */
  public static String idOf(long number, byte[] key) {
    byte[] its = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    return Fingerprint.of(ID_BYTES, ID_PREFIX, its, key);
  }

  boolean is(long itsNumber, String itsId) {
    return number == itsNumber && id.equals(itsId);
  }

  /** As it stands in its file. */
  byte[] toText() {
    return (FIRST_LINE
            + "\nnumber "
            + number
            + "\nid "
            + id
            + "\nmaster-key "
            + masterKey
            + "\nwrapped "
            + Base64.getEncoder().encodeToString(wrapped)
            + "\n")
        .getBytes(US_ASCII);
  }

  /** The inverse of {@link #toText}; fails with IllegalArgumentException. */
  static RingKey parse(byte[] text) {
    List<String> lines = new String(text, US_ASCII).lines().toList();
    if (lines.size() != 5 || !lines.get(0).equals(FIRST_LINE)) {
      throw new IllegalArgumentException("no ring key");
    }
    return new RingKey(
        Long.parseLong(value(lines.get(1), "number ")),
        value(lines.get(2), "id "),
        value(lines.get(3), "master-key "),
        Base64.getDecoder().decode(value(lines.get(4), "wrapped ")));
  }

  private static String value(String line, String name) {
    if (!line.startsWith(name)) {
      throw new IllegalArgumentException("no ring key");
    }
    return line.substring(name.length());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RingKey key
        && key.is(number, id)
        && key.masterKey.equals(masterKey)
        && Arrays.equals(key.wrapped, wrapped);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "RingKey[" + number + " " + id + "]";
  }
}
