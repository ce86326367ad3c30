package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;

/** What Vault says. Nothing of it is shown but its status. */
public final class VaultAnswer {
  static final int FORBIDDEN = 403;
  private static final int OK = 200;

  private final int status;
  private final byte[] body;

  VaultAnswer(int status, byte[] body) {
    this.status = status;
    this.body = body;
  }

  /** As HTTP has it. */
  public int status() {
    return status;
  }

  public boolean isOk() {
    return status == OK;
  }

  boolean isForbidden() {
    return status == FORBIDDEN;
  }

  /** Whether the words stand in it, among them those by which Vault tells why it fails. */
  public boolean says(String words) {
    return new String(body, UTF_8).contains(words);
  }

  /**
   * @param what that Vault denies with status 403, or fails at
   */
  public void requireOk(String what) throws SecretException {
    requireOk(FORBIDDEN, what);
  }

  /**
   * @param denial the other status by which Vault denies this
   */
  void requireOk(int denial, String what) throws SecretException {
    if (!isOk()) {
      boolean denied = isForbidden() || status == denial;
      throw new SecretException(
          "Vault " + (denied ? "denies " : "fails at ") + what + " (status " + status + ")");
    }
  }

  /** The object in the field. */
  public Map<String, ?> object(String field) throws SecretException {
    return object(json(), field);
  }

  /** The object in a field of an object. */
  Map<String, ?> object(String outer, String field) throws SecretException {
    return object(object(outer), field);
  }

  private Map<String, ?> json() throws SecretException {
    try {
      return Json.object(body);
    } catch (SecretException _) {
      throw new SecretException("Vault's answer is no object of JSON");
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> object(Map<String, ?> in, String field) throws SecretException {
    if (in.get(field) instanceof Map<?, ?> map) {
      return (Map<String, ?>) map;
    }
    throw new SecretException("Vault's answer has no object '" + field + "'");
  }

  @Override
  public String toString() {
    return "VaultAnswer[" + status + "]";
  }
}
