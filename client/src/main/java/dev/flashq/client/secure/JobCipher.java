package dev.flashq.client.secure;

import dev.flashq.client.Data;
import dev.flashq.protocol.wire.WireException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts job data as flashQ's guide does (AES-256-GCM over the JSON text, a fresh nonce of 16
 * random bytes each time), so that programs in either language read what the other has written.
 * Safe for any number of threads.
 */
public final class JobCipher {
  /** Member of the job data that holds the envelope. */
  public static final String ENCRYPTED = "encrypted";

  private static final String ALGORITHM = "AES/GCM/NoPadding";

  private final KeyRing ring;
  private final SecureRandom random = new SecureRandom();

  public JobCipher(KeyRing ring) {
    this.ring = ring;
  }

  /** Job data that holds nothing but the sealed data: {@code {"encrypted": envelope}}. */
  public Data seal(Data data) {
    return Data.of(Map.of(ENCRYPTED, encrypt(data).toData()));
  }

  /**
   * What {@link #seal} was given.
   *
   * @throws DecryptionException when the job data is of another form, was changed, or sealed with a
   *     key that is not in the ring
   */
  public Data open(Data jobData) {
    Data envelope = fields(jobData).get(ENCRYPTED);
    if (envelope == null) {
      throw new DecryptionException("the job data has no member '" + ENCRYPTED + "'");
    }
    return decrypt(Envelope.from(envelope));
  }

  static SequencedMap<String, Data> fields(Data jobData) {
    try {
      return jobData.fields();
    } catch (WireException e) {
      throw new DecryptionException("the job data is not an object: " + e.sentence());
    }
  }

  /** Encrypts with the newest key of the ring. */
  public Envelope encrypt(Data data) {
    byte[] iv = new byte[Envelope.IV_BYTES];
    random.nextBytes(iv);
    return encrypt(data.jsonBytes(), ring.newest(), iv);
  }

  static Envelope encrypt(byte[] json, EncryptionKey key, byte[] iv) {
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, iv).doFinal(json);
      int end = sealed.length - Envelope.TAG_BYTES;
      return Envelope.of(
          iv, Arrays.copyOfRange(sealed, end, sealed.length), Arrays.copyOf(sealed, end), key.id());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM cannot encrypt with AES-GCM", e);
    }
  }

  /**
   * Decrypts with the key that the envelope names. One that names none is tried with all, the
   * default key first.
   *
   * @throws DecryptionException when it was changed, or sealed with a key that is not in the ring
   */
  public Data decrypt(Envelope envelope) {
    for (EncryptionKey key : candidates(envelope.kid())) {
      byte[] json = decrypt(envelope, key);
      if (json != null) {
        return parsed(json);
      }
    }
    throw new DecryptionException(
        envelope.kid() == null
            ? "no key of the ring opens the data: it was changed, or sealed with another key"
            : "the data was changed: the key that it names does not open it");
  }

  private List<EncryptionKey> candidates(@Nullable String kid) {
    if (kid != null) {
      return List.of(
          ring.find(kid)
              .orElseThrow(
                  () -> new DecryptionException("the ring has not the key that the data names")));
    }
    return ring.all().stream()
        .sorted((a, b) -> Boolean.compare(b.isDefault(), a.isDefault()))
        .toList();
  }

  private static byte @Nullable [] decrypt(Envelope envelope, EncryptionKey key) {
    byte[] data = envelope.dataBytes();
    byte[] sealed = Arrays.copyOf(data, data.length + Envelope.TAG_BYTES);
    System.arraycopy(envelope.tagBytes(), 0, sealed, data.length, Envelope.TAG_BYTES);
    try {
      return cipher(Cipher.DECRYPT_MODE, key, envelope.ivBytes()).doFinal(sealed);
    } catch (AEADBadTagException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM cannot decrypt with AES-GCM", e);
    }
  }

  private static Data parsed(byte[] json) {
    try {
      return Data.json(json);
    } catch (WireException e) {
      throw new DecryptionException("what was sealed is not JSON");
    }
  }

  private static Cipher cipher(int mode, EncryptionKey key, byte[] iv)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(ALGORITHM);
    cipher.init(mode, key.secret(), new GCMParameterSpec(Envelope.TAG_BYTES * Byte.SIZE, iv));
    return cipher;
  }
}
