package dev.flashq.security.secrets;

/** Reads secrets of Vault's KV engine, version 2. */
final class VaultSource implements SecretSource {
  private static final int NOT_FOUND = 404;

  private final VaultSession session;

  VaultSource(VaultSession session) {
    this.session = session;
  }

  @Override
  public StoredSecret read(String path) throws SecretException {
    VaultAnswer answer = session.get(path);
    if (answer.status() == NOT_FOUND) {
      throw new SecretException("Vault has nothing there (status 404)");
    }
    answer.requireOk("reading it");
    // Version 2 has the secret in data.data, beside data.metadata.
    return StoredSecret.ofFields(answer.object("data", "data"));
  }

  @Override
  public void close() {
    session.close();
  }
}
