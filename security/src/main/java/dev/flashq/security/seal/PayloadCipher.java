package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals texts under data keys and opens them, by AES-256-GCM. For any thread.
 *
 * <p>Each process derives a key of its own from a data key (and a data subject's, where there is
 * one) by HKDF-SHA256 (RFC 5869) with a salt of 16 random bytes, and counts what it seals: a nonce
 * never comes twice, and there is no bound on what one data key seals (NIST SP 800-38D, 8.2.1).
 */
public final class PayloadCipher {
  private static final byte[] INFO = "flashQ payload 1".getBytes(US_ASCII);
  private static final int NONCE_BYTES = 12;

  /** Texts that are sealed with one salt. */
  private static final long PER_SALT = 1L << 32;

  /** Derived keys that are kept at hand. */
  private static final int KEPT = 10_000;

  private static final ThreadLocal<Cipher> CIPHERS =
      ThreadLocal.withInitial(
          () -> {
            try {
              return Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
              throw new IllegalStateException("every Java has AES-GCM", e);
            }
          });

  private final SecureRandom random;
  private final Map<Derived, SecretKey> derived = new LinkedHashMap<>(16, 0.75f, true);
  private Sealed.Salt salt;
  private long counter;

  private record Derived(long key, long subject, Sealed.Salt salt) {}

  private record Place(Sealed.Salt salt, long counter) {}

  public PayloadCipher(SecureRandom random) {
    this.random = random;
    this.salt = newSalt();
  }

  private Sealed.Salt newSalt() {
    return new Sealed.Salt(random.nextLong(), random.nextLong());
  }

  private synchronized Place next() {
    if (counter == PER_SALT) {
      counter = 0;
      salt = newSalt();
    }
    return new Place(salt, counter++);
  }

  /**
   * @param subject null: it is about nobody in particular
   * @param part what it is, from 0 to 255; must be said again to open it
   * @param encoding of the clear text, from 0 to 255; {@link Sealed#encoding} tells it
   */
  public byte[] seal(
      DataKey key, @Nullable DataKey subject, int part, int encoding, ByteBuffer clear)
      throws WipedKeyException {
    Place place = next();
    var front =
        new Sealed(
            encoding, key.id(), subject == null ? 0 : subject.id(), place.salt, place.counter);
    int size = clear.remaining();
    byte[] sealed = new byte[Sealed.OVERHEAD + size];
    front.write(ByteBuffer.wrap(sealed));
    // Encrypted where it will stay: Java would copy what lies in a buffer once more.
    clear.get(sealed, Sealed.BYTES, size);
    try {
      var _ =
          cipher(Cipher.ENCRYPT_MODE, front, key, subject, sealed, part)
              .doFinal(sealed, Sealed.BYTES, size, sealed, Sealed.BYTES);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM does not work", e);
    }
  }

  /**
   * The clear text.
   *
   * @param front of the sealed text, by {@link Sealed#parse}
   * @param sealed all of it
   */
  public byte[] open(
      Sealed front, DataKey key, @Nullable DataKey subject, int part, ByteBuffer sealed)
      throws UnreadableException, WipedKeyException {
    byte[] all = new byte[sealed.remaining()];
    sealed.get(all);
    try {
      return cipher(Cipher.DECRYPT_MODE, front, key, subject, all, part)
          .doFinal(all, Sealed.BYTES, all.length - Sealed.BYTES);
    } catch (AEADBadTagException _) {
      throw new UnreadableException(
          "a sealed text that has been changed, or was under another key");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM does not work", e);
    }
  }

  private Cipher cipher(
      int mode, Sealed front, DataKey key, @Nullable DataKey subject, byte[] sealed, int part)
      throws GeneralSecurityException, WipedKeyException {
    Cipher cipher = CIPHERS.get();
    byte[] nonce =
        ByteBuffer.allocate(NONCE_BYTES).putLong(NONCE_BYTES - Long.BYTES, front.counter()).array();
    cipher.init(
        mode,
        derived(front, key, subject),
        new GCMParameterSpec(Byte.SIZE * Sealed.TAG_BYTES, nonce));
    byte[] authenticated = Arrays.copyOf(sealed, Sealed.AUTHENTICATED + 1);
    authenticated[Sealed.AUTHENTICATED] = (byte) part;
    cipher.updateAAD(authenticated);
    return cipher;
  }

  private SecretKey derived(Sealed front, DataKey key, @Nullable DataKey subject)
      throws GeneralSecurityException, WipedKeyException {
    var name = new Derived(key.id(), front.subject(), front.salt());
    synchronized (derived) {
      SecretKey known = derived.get(name);
      if (known != null) {
        return known;
      }
    }
    SecretKey made = derive(front.salt(), key, subject);
    synchronized (derived) {
      if (derived.size() >= KEPT) {
        derived.remove(derived.keySet().iterator().next());
      }
      // What is wiped is forgotten afterwards: nothing of it may come behind that.
      if (!key.isWiped() && (subject == null || !subject.isWiped())) {
        derived.put(name, made);
      }
    }
    return made;
  }

  private static SecretKey derive(Sealed.Salt salt, DataKey key, @Nullable DataKey subject)
      throws GeneralSecurityException, WipedKeyException {
    byte[] its = key.copy();
    byte[] about = subject == null ? new byte[0] : subject.copy();
    byte[] material = Arrays.copyOf(its, its.length + about.length);
    System.arraycopy(about, 0, material, its.length, about.length);
    Arrays.fill(its, (byte) 0);
    Arrays.fill(about, (byte) 0);
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "AES",
              HKDFParameterSpec.ofExtract()
                  .addIKM(material)
                  .addSalt(
                      ByteBuffer.allocate(2 * Long.BYTES)
                          .putLong(salt.high())
                          .putLong(salt.low())
                          .array())
                  .thenExpand(INFO, DataKey.BYTES));
    } finally {
      Arrays.fill(material, (byte) 0);
    }
  }

  /** Wipes keys, and forgets what was derived from them. */
  public void forget(Collection<DataKey> keys) {
    var ids = new HashSet<Long>();
    for (DataKey key : keys) {
      key.wipe();
      ids.add(key.id());
    }
    synchronized (derived) {
      derived.keySet().removeIf(name -> ids.contains(name.key) || ids.contains(name.subject));
    }
  }
}
