package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.wire.JsonWriter;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * HashiCorp Vault: logs in by AppRole, keeps its token alive as long as Vault lets it, and reads
 * secrets of the KV engine, version 2.
 */
final class VaultSource implements SecretSource {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int FORBIDDEN = 403;

  /** What Vault answers to a wrong role or secret id. */
  private static final int BAD_REQUEST = 400;

  private static final int SECRET_ID_BYTES = 4096;
  private static final double NANOS = 1e9;

  /** Of what 0 seconds stand for, which is a token that does not end. */
  private static final double DAY = 86_400;

  /** Seconds; more than any token lives. */
  private static final double LONGEST = 366 * DAY;

  private final VaultClient client;
  private final String roleId;
  private final Secret secretId;
  private final LongSupplier nanos;
  private @Nullable Login login;

  /**
   * Vault's token.
   *
   * @param renewAt from when it is renewed, if it can be
   * @param endsAt from when it is not used any more, a little before it ends
   */
  private record Login(String token, boolean renewable, long renewAt, long endsAt) {
    @Override
    public String toString() {
      return "Login[***]";
    }
  }

  VaultSource(VaultClient client, String roleId, Secret secretId, LongSupplier nanos) {
    this.client = client;
    this.roleId = roleId;
    this.secretId = secretId;
    this.nanos = nanos;
  }

  /** Asks nothing yet. */
  static VaultSource open(SecretSettings.Vault settings, Secret secretId) throws SecretException {
    if (settings.address().isEmpty() || settings.roleId().isEmpty()) {
      throw new SecretException(
          "references to Vault take vault.address, vault.role-id and vault.secret-id");
    }
    return new VaultSource(VaultClient.of(settings), settings.roleId(), secretId, System::nanoTime);
  }

  @Override
  public StoredSecret read(String path) throws SecretException {
    Login before = login;
    String token = alive(before).token;
    VaultClient.Answer answer = client.get(path, token);
    if (answer.status() == FORBIDDEN && before != null && before.token.equals(token)) {
      // It was revoked, or has ended before its time.
      answer = client.get(path, logIn().token);
    }
    if (answer.status() == NOT_FOUND) {
      throw new SecretException("Vault has nothing there (status 404)");
    }
    requireOk(answer, FORBIDDEN, "reading it");
    // Version 2 has the secret in data.data, beside data.metadata.
    return StoredSecret.ofFields(object(object(answer.json(), "data"), "data"));
  }

  private Login alive(@Nullable Login known) throws SecretException {
    long now = nanos.getAsLong();
    if (known == null || now - known.endsAt >= 0) {
      return logIn();
    }
    return known.renewable && now - known.renewAt >= 0 ? renewed(known) : known;
  }

  /** A token that Vault renews no more is given up for a new one. */
  private Login renewed(Login known) throws SecretException {
    long asked = nanos.getAsLong();
    VaultClient.Answer answer = client.post("auth/token/renew-self", known.token, "{}");
    if (answer.status() != OK) {
      return logIn();
    }
    Login renewed = login(answer, asked);
    if (renewed.endsAt - known.endsAt <= 0) {
      // The longest life that Vault gives is nearly over.
      return logIn();
    }
    login = renewed;
    return renewed;
  }

  private Login logIn() throws SecretException {
    login = null;
    var body = new JsonWriter();
    body.beginMap(2);
    body.key("role_id");
    body.string(roleId);
    body.key("secret_id");
    body.string(new String(secretId.read(SECRET_ID_BYTES), UTF_8).strip());
    body.endMap();
    long asked = nanos.getAsLong();
    VaultClient.Answer answer =
        client.post("auth/approle/login", null, new String(body.toByteArray(), UTF_8));
    requireOk(answer, BAD_REQUEST, "the login by AppRole");
    Login next = login(answer, asked);
    login = next;
    return next;
  }

  private static Login login(VaultClient.Answer answer, long asked) throws SecretException {
    Map<?, ?> auth = object(answer.json(), "auth");
    if (auth.get("client_token") instanceof String token
        && VaultClient.isToken(token)
        && auth.get("lease_duration") instanceof Double lease) {
      double seconds = lease <= 0 ? DAY : Math.min(lease, LONGEST);
      return new Login(
          token,
          Boolean.TRUE.equals(auth.get("renewable")),
          asked + (long) (seconds * NANOS * 2 / 3),
          asked + (long) (seconds * NANOS * 9 / 10));
    }
    throw new SecretException("Vault's answer has no token");
  }

  private static void requireOk(VaultClient.Answer answer, int denial, String what)
      throws SecretException {
    int status = answer.status();
    if (status != OK) {
      boolean denied = status == FORBIDDEN || status == denial;
      throw new SecretException(
          "Vault " + (denied ? "denies " : "fails at ") + what + " (status " + status + ")");
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> object(Map<?, ?> in, String field) throws SecretException {
    if (in.get(field) instanceof Map<?, ?> map) {
      return (Map<String, ?>) map;
    }
    throw new SecretException("Vault's answer has no object '" + field + "'");
  }

  @Override
  public void close() {
    client.close();
  }
}
