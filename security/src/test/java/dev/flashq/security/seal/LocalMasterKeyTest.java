package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.secrets.SecretException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A master key that the process holds: its text, what it wraps, and what nobody sees of it. */
class LocalMasterKeyTest {
  private static final byte[] MASTER = bytes(1, 32);
  private static final byte[] RING = bytes(2, 32);
  private static final String HEX = HexFormat.of().formatHex(MASTER);
  private static final String BASE64 = Base64.getEncoder().encodeToString(MASTER);

  private static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static LocalMasterKey key(String text) throws SecretException {
    return LocalMasterKey.parse(text.getBytes(ISO_8859_1));
  }

  private static void fails(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOf(SecretException.class)
        .hasMessageContaining(sentence)
        .hasNoCause();
  }

  @Test
  void isTheSameKeyInEveryForm() throws SecretException {
    byte[] wrapped = key(HEX).wrap(RING);
    for (String text :
        new String[] {
          HEX, HEX.toUpperCase(java.util.Locale.ROOT), BASE64, " \t" + HEX + "\r\n", BASE64 + "\n"
        }) {
      LocalMasterKey same = key(text);
      assertThat(same.id()).isEqualTo(key(HEX).id());
      assertThat(same.unwrap(wrapped)).isEqualTo(RING);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 24, 31, 33, 48, 64, 1000})
  void takesNoKeyOfAnotherLength(int length) {
    byte[] other = bytes(3, length);
    refused(HexFormat.of().formatHex(other));
    refused(Base64.getEncoder().encodeToString(other));
  }

  @Test
  void takesNoTextThatIsNone() {
    for (String text :
        new String[] {
          "   \n",
          HEX.substring(0, 63) + "g",
          HEX.substring(0, 32) + " " + HEX.substring(32),
          HEX.substring(0, 63) + "\u00e9",
          "0x" + HEX,
          "\"" + BASE64 + "\"",
          BASE64.substring(0, 20) + "\n" + BASE64.substring(20),
          "\u00a0" + BASE64,
          "-" + BASE64.substring(1),
          new String(MASTER, ISO_8859_1)
        }) {
      refused(text);
    }
  }

  private static void refused(String text) {
    byte[] given = text.getBytes(ISO_8859_1);
    assertThatThrownBy(() -> LocalMasterKey.parse(given))
        .isInstanceOf(SecretException.class)
        .hasMessage(
            "a master key is 32 bytes in 64 hexadecimal digits or in base64, as 'openssl rand -hex 32' makes them")
        .hasNoCause();
  }

  @Test
  void leavesItsTextToWhoReadIt() throws SecretException {
    byte[] text = (" " + HEX).getBytes(US_ASCII);
    LocalMasterKey key = LocalMasterKey.parse(text);
    assertThat(text).isEqualTo((" " + HEX).getBytes(US_ASCII));
    byte[] wrapped = key.wrap(RING);
    Arrays.fill(text, (byte) 0);
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
  }

  @Test
  void wrapsAKeyAnotherWayEachTime() throws SecretException {
    LocalMasterKey key = key(HEX);
    byte[] first = key.wrap(RING);
    byte[] second = key.wrap(RING);
    assertThat(first).isNotEqualTo(second).hasSizeLessThan(MasterKey.WRAPPED_BYTES);
    assertThat(HexFormat.of().formatHex(first)).doesNotContain(HexFormat.of().formatHex(RING));
    assertThat(key.unwrap(first)).isEqualTo(RING);
    assertThat(key.unwrap(second)).isEqualTo(RING);
  }

  @Test
  void wrapsNothingButKeys() throws SecretException {
    LocalMasterKey key = key(HEX);
    for (int length : new int[] {0, 16, 31, 33}) {
      assertThatThrownBy(() -> key.wrap(new byte[length]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a key has 32 bytes");
    }
  }

  @Test
  void unwrapsNothingOfAnotherKey() throws SecretException {
    byte[] wrapped = key(HEX).wrap(RING);
    LocalMasterKey other = key(HexFormat.of().formatHex(bytes(4, 32)));
    assertThat(other.id()).isNotEqualTo(key(HEX).id());
    fails(() -> other.unwrap(wrapped), "wrapped by another master key, or has been changed");
  }

  @Test
  void noticesEveryByteThatWasChanged() throws SecretException {
    LocalMasterKey key = key(HEX);
    byte[] wrapped = key.wrap(RING);
    for (int at = 0; at < wrapped.length; at++) {
      byte[] changed = wrapped.clone();
      changed[at] ^= 1;
      fails(() -> key.unwrap(changed), "has been changed");
    }
    for (int length : new int[] {0, 12, wrapped.length - 1, wrapped.length + 1}) {
      fails(() -> key.unwrap(Arrays.copyOf(wrapped, length)), "has another length");
    }
  }

  @Test
  void showsNothingOfTheKey() throws SecretException {
    LocalMasterKey key = key(HEX);
    assertThat(key.id()).matches("local:[0-9a-f]{16}");
    assertThat(key.toString()).isEqualTo(key.id());
    for (int at = 0; at + 8 <= HEX.length(); at++) {
      assertThat(key.id()).doesNotContain(HEX.substring(at, at + 8));
    }
  }

  /** Else what is wrapped after the end would be wrapped by zeros. */
  @Test
  void isOfNoUseWhenItIsClosed() throws SecretException {
    LocalMasterKey key = key(HEX);
    byte[] wrapped = key.wrap(RING);
    key.close();
    key.close();
    assertThat(key).extracting("key").isEqualTo(new byte[32]);
    fails(() -> key.wrap(RING), "the master key is closed");
    fails(() -> key.unwrap(wrapped), "the master key is closed");
    assertThat(key(HEX).unwrap(wrapped)).isEqualTo(RING);
  }
}
