package dev.flashq.security.seal;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.Secrets;
import dev.flashq.security.secrets.UnavailableSecretException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The master keys of a node: the newest one, and former ones for what they have wrapped. One caller
 * at a time.
 */
public final class MasterKeys implements WrappingKeys, AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Of a {@link MasterKey#id}. */
  private static final String ID_FORM = "[ -~]{1,512}";

  private final MasterKeyOpener opener;

  /** By id, the newest one first. */
  private final Map<String, MasterKey> keys = new LinkedHashMap<>();

  private MasterKeys(MasterKeyOpener opener) {
    this.opener = opener;
  }

  /**
   * Reads the keys that the process is to hold, and tries out the newest one: a node must not find
   * out later that it cannot wrap. Former ones elsewhere are asked when they are needed, because
   * nothing may need them any more. To be called before {@link Secrets#start}.
   *
   * @throws UnavailableSecretException with a sentence when a key is not as it should be
   */
  public static MasterKeys open(MasterKeySettings settings, Secrets secrets) {
    var keys = new MasterKeys(new MasterKeyOpener(secrets));
    try {
      keys.add(settings.newest());
      keys.tryOut(settings.newest());
      settings.former().forEach(keys::add);
      return keys;
    } catch (RuntimeException | Error e) {
      keys.close();
      throw e;
    }
  }

  private void add(MasterKeyReference reference) {
    try {
      MasterKey key = opener.open(reference);
      if (keys.putIfAbsent(key.id(), key) != null) {
        key.close();
        throw new SecretException("it is the same key as another one, " + key.id());
      }
    } catch (SecretException e) {
      throw unavailable(reference, e);
    }
  }

  private void tryOut(MasterKeyReference reference) {
    byte[] tried = new byte[MasterKey.KEY_BYTES];
    RANDOM.nextBytes(tried);
    try {
      if (!MessageDigest.isEqual(tried, newest().unwrap(newest().wrap(tried)))) {
        throw new SecretException("it does not unwrap what it has wrapped");
      }
    } catch (SecretException e) {
      throw unavailable(reference, e);
    }
  }

  private static UnavailableSecretException unavailable(
      MasterKeyReference reference, SecretException cause) {
    return new UnavailableSecretException(
        "The master key " + reference + " cannot be used: " + cause.sentence());
  }

  /** The key that wraps. It is closed with the others. */
  @Override
  public MasterKey newest() {
    return keys.values().iterator().next();
  }

  @Override
  public byte[] unwrap(String id, byte[] wrapped) throws SecretException {
    MasterKey key = keys.get(id);
    if (key == null) {
      throw new SecretException(
          "this node has no master key "
              + (id.matches(ID_FORM) ? id : "of such a name")
              + "; it has "
              + String.join(", ", keys.keySet()));
    }
    try {
      return key.unwrap(wrapped);
    } catch (SecretException e) {
      throw new SecretException("the master key " + id + " does not unwrap it: " + e.sentence());
    }
  }

  @Override
  public void close() {
    keys.values().forEach(MasterKey::close);
    opener.close();
  }

  @Override
  public String toString() {
    return "MasterKeys" + keys.keySet();
  }
}
