package dev.flashq.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SigningKeyTest {
  private static final byte[] MESSAGE = "a head".getBytes(UTF_8);

  private final SigningKey key = SigningKey.create();

  @Test
  void whatIsSignedIsVerifiedByTheOtherHalf() {
    byte[] signed = SigningKey.sign(key.privateHalf(), MESSAGE);
    assertThat(SigningKey.verifies(key.publicHalf(), MESSAGE, signed)).isTrue();
    assertThat(SigningKey.sign(key.privateHalf(), MESSAGE)).isEqualTo(signed);
  }

  @Test
  void anotherMessageSignatureOrKeyIsFound() {
    byte[] signed = SigningKey.sign(key.privateHalf(), MESSAGE);
    byte[] other = "a hoof".getBytes(UTF_8);
    assertThat(SigningKey.verifies(key.publicHalf(), other, signed)).isFalse();
    assertThat(SigningKey.verifies(key.publicHalf(), MESSAGE, new byte[64])).isFalse();
    assertThat(SigningKey.verifies(key.publicHalf(), MESSAGE, new byte[3])).isFalse();
    assertThat(SigningKey.verifies(SigningKey.create().publicHalf(), MESSAGE, signed)).isFalse();
    assertThat(SigningKey.verifies(new byte[0], MESSAGE, signed)).isFalse();
  }
}
