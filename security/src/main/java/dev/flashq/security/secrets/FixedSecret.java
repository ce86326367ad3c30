package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A value that stays as it is while the process runs. */
final class FixedSecret implements Secret {
  private final String name;
  private final String value;

  FixedSecret(String name, String value) {
    this.name = name;
    this.value = value;
  }

  @Override
  public byte[] read(int limit) throws SecretException {
    byte[] bytes = value.getBytes(UTF_8);
    if (bytes.length > limit) {
      throw new SecretException(name + " has more than " + limit + " bytes");
    }
    return bytes;
  }

  @Override
  public String toString() {
    return name;
  }
}
