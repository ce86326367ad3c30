package dev.flashq.security.seal;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.Secrets;
import dev.flashq.security.secrets.VaultSession;
import java.util.Arrays;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Opens master keys of each kind. Those in Vault share a login. */
final class MasterKeyOpener implements AutoCloseable {
  /** Bytes of the text of a key, with all white space around it. */
  private static final int TEXT_BYTES = 1024;

  private final Secrets secrets;
  private @Nullable VaultSession vault;

  MasterKeyOpener(Secrets secrets) {
    this.secrets = secrets;
  }

  /** Asks for nothing but the text of a key that the process is to hold. */
  MasterKey open(MasterKeyReference reference) throws SecretException {
    return switch (reference) {
      case MasterKeyReference.Held(SecretReference text) -> held(text);
      case MasterKeyReference.InTransit(String mount, String name) ->
          new VaultTransitKey(vault(), mount, name);
      case MasterKeyReference.Provided(String scheme, String key) ->
          provider(scheme).open(key, secrets.settings());
    };
  }

  private MasterKey held(SecretReference reference) throws SecretException {
    byte[] text = secrets.readOnce(reference, TEXT_BYTES);
    try {
      return LocalMasterKey.parse(text);
    } finally {
      Arrays.fill(text, (byte) 0);
    }
  }

  private VaultSession vault() throws SecretException {
    VaultSession session = vault;
    if (session == null) {
      session = secrets.openVault();
      vault = session;
    }
    return session;
  }

  private static MasterKeyProvider provider(String scheme) throws SecretException {
    for (MasterKeyProvider provider : ServiceLoader.load(MasterKeyProvider.class)) {
      if (provider.scheme().equals(scheme)) {
        return provider;
      }
    }
    throw new SecretException("this installation has no module for " + scheme);
  }

  @Override
  public void close() {
    if (vault != null) {
      vault.close();
    }
  }
}
