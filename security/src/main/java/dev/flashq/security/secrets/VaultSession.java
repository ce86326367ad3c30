package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.wire.JsonWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * HashiCorp Vault: logs in by AppRole when something is asked, and keeps its token alive as long as
 * Vault lets it. One caller at a time.
 */
public final class VaultSession implements AutoCloseable {
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

  VaultSession(VaultClient client, String roleId, Secret secretId, LongSupplier nanos) {
    this.client = client;
    this.roleId = roleId;
    this.secretId = secretId;
    this.nanos = nanos;
  }

  /** Asks nothing yet. */
  static VaultSession open(SecretSettings.Vault settings, Secret secretId) throws SecretException {
    if (settings.address().isEmpty() || settings.roleId().isEmpty()) {
      throw new SecretException(
          "references to Vault take vault.address, vault.role-id and vault.secret-id");
    }
    return new VaultSession(
        VaultClient.of(settings), settings.roleId(), secretId, System::nanoTime);
  }

  VaultAnswer get(String path) throws SecretException {
    return ask(token -> client.get(path, token));
  }

  /**
   * @param fields of the object that is sent
   */
  public VaultAnswer post(String path, Map<String, String> fields) throws SecretException {
    String json = json(fields);
    return ask(token -> client.post(path, token, json));
  }

  /** Something that is asked under a token. */
  private interface Question {
    VaultAnswer ask(String token) throws SecretException;
  }

  private VaultAnswer ask(Question question) throws SecretException {
    Login before = login;
    String token = alive(before).token;
    VaultAnswer answer = question.ask(token);
    if (answer.isForbidden() && before != null && before.token.equals(token)) {
      // It was revoked, or has ended before its time.
      return question.ask(logIn().token);
    }
    return answer;
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
    VaultAnswer answer = client.post("auth/token/renew-self", known.token, "{}");
    if (!answer.isOk()) {
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
    var fields = new TreeMap<String, String>();
    fields.put("role_id", roleId);
    fields.put("secret_id", new String(secretId.read(SECRET_ID_BYTES), UTF_8).strip());
    long asked = nanos.getAsLong();
    VaultAnswer answer = client.post("auth/approle/login", null, json(fields));
    answer.requireOk(BAD_REQUEST, "the login by AppRole");
    Login next = login(answer, asked);
    login = next;
    return next;
  }

  private static Login login(VaultAnswer answer, long asked) throws SecretException {
    Map<String, ?> auth = answer.object("auth");
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

  private static String json(Map<String, String> fields) {
    var body = new JsonWriter();
    body.beginMap(fields.size());
    fields.forEach(
        (name, value) -> {
          body.key(name);
          body.string(value);
        });
    body.endMap();
    return new String(body.toByteArray(), UTF_8);
  }

  @Override
  public void close() {
    client.close();
  }
}
