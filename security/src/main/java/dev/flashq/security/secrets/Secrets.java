package dev.flashq.security.secrets;

import dev.flashq.security.secrets.SecretReference.InEnvironment;
import dev.flashq.security.secrets.SecretReference.InFile;
import dev.flashq.security.secrets.SecretReference.InStore;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a node that stand elsewhere than in its configuration. Each is read when it is
 * opened, or the node does not start.
 */
public final class Secrets implements AutoCloseable {
  private static final int MAX = 32;

  private final SecretSettings settings;
  private final Function<String, @Nullable String> environment;
  private final Map<String, SecretStore> stores = new TreeMap<>();
  private int opened;

  /**
   * @param environment a variable's value, or null
   */
  public Secrets(SecretSettings settings, Function<String, @Nullable String> environment) {
    this.settings = settings;
    this.environment = environment;
  }

  /** Reads it for the first time; fails with {@link UnavailableSecretException}. */
  public Secret open(SecretReference reference) {
    try {
      count();
      return switch (reference) {
        case InFile(var file) -> Secret.ofFile(file);
        case InEnvironment variable -> variable(variable);
        case InStore stored -> store(stored.scheme()).open(stored);
      };
    } catch (SecretException e) {
      throw UnavailableSecretException.of(reference, e);
    }
  }

  private void count() throws SecretException {
    if (++opened > MAX) {
      throw new SecretException("a configuration has at most " + MAX + " references");
    }
  }

  /**
   * What stands there now, which is not kept and not read again. Before the start only.
   *
   * @param limit of its bytes
   */
  public byte[] readOnce(SecretReference reference, int limit) throws SecretException {
    count();
    return switch (reference) {
      case InFile(var file) -> Secret.ofFile(file).read(limit);
      case InEnvironment variable -> variable(variable).read(limit);
      case InStore stored -> store(stored.scheme()).readOnce(stored, limit);
    };
  }

  private Secret variable(InEnvironment reference) throws SecretException {
    String value = environment.apply(reference.variable());
    if (value == null || value.isBlank()) {
      throw new SecretException("the environment has no such variable, or it is empty");
    }
    return new FixedSecret(reference.toString(), value);
  }

  private SecretStore store(String scheme) throws SecretException {
    SecretStore known = stores.get(scheme);
    if (known == null) {
      SecretSource source =
          scheme.equals(SecretReference.VAULT)
              ? new VaultSource(openVault())
              : provider(scheme).open(settings);
      known = new SecretStore(scheme, source, settings.refresh());
      stores.put(scheme, known);
    }
    return known;
  }

  public SecretSettings settings() {
    return settings;
  }

  /** Vault as this node may use it, which has asked nothing yet. Who opens it closes it. */
  public VaultSession openVault() throws SecretException {
    return VaultSession.open(settings.vault(), secretId());
  }

  /** Read at each login, so that it can be rotated in a file. */
  private Secret secretId() throws SecretException {
    return switch (settings.vault().secretId()) {
      case SecretValue.Plain(String text) when !text.isEmpty() ->
          new FixedSecret("vault.secret-id", text);
      case SecretValue.Plain _ -> throw new SecretException("vault.secret-id is not set");
      case SecretValue.At(InFile(var file)) -> Secret.ofFile(file);
      case SecretValue.At(InEnvironment variable) -> variable(variable);
      case SecretValue.At(InStore _) ->
          throw new SecretException("vault.secret-id stands in a file or in the environment");
    };
  }

  private static SecretProvider provider(String scheme) throws SecretException {
    for (SecretProvider provider : ServiceLoader.load(SecretProvider.class)) {
      if (provider.scheme().equals(scheme)) {
        return provider;
      }
    }
    throw new SecretException("this installation has no module for " + scheme);
  }

  /** From now on all are read again and again; nothing is opened any more. */
  public Secrets start() {
    stores.values().forEach(SecretStore::start);
    return this;
  }

  /** Whether something cannot be read at present. */
  public boolean isFailing() {
    return stores.values().stream().anyMatch(SecretStore::isFailing);
  }

  /** Since everything in stores was read; 0 when nothing is in any. */
  public long ageSeconds() {
    return stores.values().stream().mapToLong(SecretStore::ageSeconds).max().orElse(0);
  }

  @Override
  public void close() {
    stores.values().forEach(SecretStore::close);
  }
}
