package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PayloadCipherTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int PART = 2;
  private static final String TEXT = "{\"card\":\"4111111111111111\"}";

  private final DataKey key = new DataKey(7, DataKey.create(RANDOM));
  private final DataKey subject = new DataKey(9, DataKey.create(RANDOM));
  private final PayloadCipher cipher = new PayloadCipher(RANDOM);

  private byte[] seal(@Nullable DataKey about) throws WipedKeyException {
    return cipher.seal(key, about, PART, 1, ByteBuffer.wrap(TEXT.getBytes(UTF_8)));
  }

  private static String open(
      PayloadCipher by, byte[] sealed, DataKey key, @Nullable DataKey about, int part)
      throws UnreadableException, WipedKeyException {
    Sealed front = Sealed.parse(ByteBuffer.wrap(sealed));
    return new String(by.open(front, key, about, part, ByteBuffer.wrap(sealed)), UTF_8);
  }

  @Test
  void anotherProcessWithTheSameKeysOpensIt() throws Exception {
    PayloadCipher other = new PayloadCipher(RANDOM);
    assertThat(open(other, seal(null), key, null, PART)).isEqualTo(TEXT);
    assertThat(open(other, seal(subject), key, subject, PART)).isEqualTo(TEXT);
  }

  @Test
  void theFrontTellsByWhatItWasSealed() throws Exception {
    byte[] sealed = seal(subject);
    Sealed front = Sealed.parse(ByteBuffer.wrap(sealed));
    assertThat(front.encoding()).isEqualTo(1);
    assertThat(front.key()).isEqualTo(7);
    assertThat(front.subject()).isEqualTo(9);
    assertThat(sealed).hasSize(TEXT.length() + Sealed.OVERHEAD);
    assertThat(new String(sealed, UTF_8)).doesNotContain("4111");
  }

  @Test
  void nothingOpensItButBothKeysAndTheSamePart() throws Exception {
    byte[] sealed = seal(subject);
    DataKey wrong = new DataKey(7, DataKey.create(RANDOM));
    DataKey wrongSubject = new DataKey(9, DataKey.create(RANDOM));
    PayloadCipher other = new PayloadCipher(RANDOM);
    assertThatThrownBy(() -> open(other, sealed, wrong, subject, PART))
        .isInstanceOf(UnreadableException.class);
    assertThatThrownBy(() -> open(new PayloadCipher(RANDOM), sealed, key, wrongSubject, PART))
        .isInstanceOf(UnreadableException.class);
    assertThatThrownBy(() -> open(new PayloadCipher(RANDOM), sealed, key, null, PART))
        .isInstanceOf(UnreadableException.class);
    assertThatThrownBy(() -> open(cipher, sealed, key, subject, PART + 1))
        .isInstanceOf(UnreadableException.class);
  }

  @Test
  void everyChangedByteIsFound() throws Exception {
    byte[] sealed = seal(subject);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> open(cipher, changed, key, subject, PART))
          .describedAs("byte %d", i)
          .isInstanceOf(UnreadableException.class);
    }
  }

  @Test
  void whatIsTooShortIsNoSealedText() throws Exception {
    byte[] sealed = seal(null);
    for (int length : new int[] {0, 1, Sealed.OVERHEAD - 1}) {
      assertThatThrownBy(() -> Sealed.parse(ByteBuffer.wrap(sealed, 0, length)))
          .isInstanceOf(UnreadableException.class);
    }
  }

  @Test
  void noNonceComesTwiceUnderOneKey() throws Exception {
    Set<Sealed> fronts = new HashSet<>();
    PayloadCipher other = new PayloadCipher(RANDOM);
    for (int i = 0; i < 1000; i++) {
      fronts.add(Sealed.parse(ByteBuffer.wrap(seal(null))));
      fronts.add(
          Sealed.parse(ByteBuffer.wrap(other.seal(key, null, PART, 1, ByteBuffer.allocate(0)))));
    }
    assertThat(fronts).hasSize(2000);
  }

  @Test
  void afterForgettingOtherBytesOfANumberAreUsed() throws Exception {
    byte[] sealed = seal(null);
    cipher.forget(List.of(key));
    DataKey other = new DataKey(7, DataKey.create(RANDOM));
    assertThatThrownBy(() -> open(cipher, sealed, other, null, PART))
        .isInstanceOf(UnreadableException.class);
  }

  @Test
  void keysTellNothingOfThemselves() {
    assertThat(key).hasToString("DataKey[7]");
  }

  @Test
  void aKeyThatWasTakenBackSealsAndOpensNothing() throws Exception {
    byte[] bytes = DataKey.create(RANDOM);
    DataKey taken = new DataKey(8, bytes);
    byte[] sealed = cipher.seal(key, taken, PART, 1, ByteBuffer.allocate(1));
    cipher.forget(List.of(taken));
    assertThat(bytes).containsOnly(0);
    assertThatThrownBy(() -> cipher.seal(key, taken, PART, 1, ByteBuffer.allocate(1)))
        .isInstanceOf(WipedKeyException.class);
    assertThatThrownBy(() -> cipher.seal(taken, null, PART, 1, ByteBuffer.allocate(1)))
        .isInstanceOf(WipedKeyException.class);
    assertThatThrownBy(() -> open(cipher, sealed, key, taken, PART))
        .isInstanceOf(WipedKeyException.class);
  }
}
