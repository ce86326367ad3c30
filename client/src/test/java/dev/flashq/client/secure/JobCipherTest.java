package dev.flashq.client.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.client.Data;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobCipherTest {
  private static final String KEY = Vectors.key("first");
  private static final Data JOB = Data.json("{\"userId\":\"user-42\",\"ssn\":\"123-45-6789\"}");
  private final JobCipher cipher = new JobCipher(KeyRing.of(KEY));

  static Stream<Map<?, ?>> sealedByNode() {
    return Vectors.sealed().stream();
  }

  @ParameterizedTest
  @MethodSource("sealedByNode")
  void opensWhatNodeHasSealed(Map<?, ?> vector) {
    var theirs = new JobCipher(KeyRing.of(Vectors.key(Vectors.text(vector, "key"))));

    Data opened = theirs.decrypt(Envelope.from(Vectors.data(vector, "envelope")));

    assertThat(opened).isEqualTo(Data.json(Vectors.text(vector, "json")));
  }

  @ParameterizedTest
  @MethodSource("sealedByNode")
  void sealsToTheVeryBytesThatNodeMakes(Map<?, ?> vector) {
    String hex = Vectors.key(Vectors.text(vector, "key"));
    Envelope theirs = Envelope.from(Vectors.data(vector, "envelope"));

    Envelope ours =
        JobCipher.encrypt(
            Vectors.text(vector, "json").getBytes(StandardCharsets.UTF_8),
            EncryptionKey.of(EncryptionKey.DEFAULT, hex),
            theirs.ivBytes());

    assertThat(ours.toData()).isEqualTo(Vectors.data(vector, "envelope"));
  }

  @Test
  void openGivesBackWhatSealWasGiven() {
    Data sealed = cipher.seal(JOB);

    assertThat(cipher.open(sealed)).isEqualTo(JOB);
    assertThat(sealed.json())
        .matches(
            "\\{\"encrypted\":\\{\"iv\":\"[\\w+/]{22}==\",\"tag\":\"[\\w+/]{22}==\",\"data\":\"[\\w+/]+=*\"}}")
        .doesNotContain("user-42", "6789");
  }

  @Test
  void takesAFreshNonceEachTime() {
    Set<String> nonces = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      nonces.add(cipher.encrypt(JOB).iv());
    }
    assertThat(nonces).hasSize(1000);
  }

  @Test
  void opensWithTheKeyThatTheEnvelopeNamesAfterARotation() {
    KeyRing before = KeyRing.of("2026-10", KEY);
    KeyRing after = before.with("2026-11", Vectors.key("second"));
    Envelope old = new JobCipher(before).encrypt(JOB);
    Envelope fresh = new JobCipher(after).encrypt(JOB);

    assertThat(old.kid()).isEqualTo("2026-10");
    assertThat(fresh.kid()).isEqualTo("2026-11");
    assertThat(new JobCipher(after).decrypt(old)).isEqualTo(JOB);
    assertThat(new JobCipher(after).decrypt(Envelope.from(fresh.toData()))).isEqualTo(JOB);
    assertThatThrownBy(() -> new JobCipher(after.without("2026-10")).decrypt(old))
        .isInstanceOf(DecryptionException.class)
        .hasMessage("the ring has not the key that the data names");
  }

  @Test
  void triesAllKeysWithAnEnvelopeThatNamesNone() {
    Envelope plain = cipher.encrypt(JOB);
    assertThat(plain.kid()).isNull();

    assertThat(new JobCipher(KeyRing.of(KEY).with("b", Vectors.key("second"))).decrypt(plain))
        .isEqualTo(JOB);
    assertThat(new JobCipher(KeyRing.of("a", KEY).with("b", Vectors.key("second"))).decrypt(plain))
        .isEqualTo(JOB);
    assertThatThrownBy(() -> new JobCipher(KeyRing.of(Vectors.key("second"))).decrypt(plain))
        .isInstanceOf(DecryptionException.class)
        .hasMessageStartingWith("no key of the ring opens the data");
  }

  @Test
  void noticesEveryChangedByte() {
    Envelope sealed = cipher.encrypt(JOB);
    for (String member : List.of("iv", "tag", "data")) {
      Data changed = changed(sealed.toData(), member);
      assertThatThrownBy(() -> cipher.decrypt(Envelope.from(changed)))
          .as(member)
          .isInstanceOf(DecryptionException.class)
          .hasMessageContaining("it was changed");
    }
    var named = new JobCipher(KeyRing.of("a", KEY));
    Data changed = changed(named.encrypt(JOB).toData(), "data");
    assertThatThrownBy(() -> named.decrypt(Envelope.from(changed)))
        .hasMessage("the data was changed: the key that it names does not open it");
  }

  private static Data changed(Data envelope, String member) {
    var fields = envelope.fields();
    String base64 = (String) Objects.requireNonNull(fields.get(member)).value();
    byte[] bytes = Base64.getDecoder().decode(base64);
    bytes[bytes.length - 1] ^= 1;
    fields.put(member, Data.of(Base64.getEncoder().encodeToString(bytes)));
    return Data.ofFields(fields);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "1",
        "\"secret\"",
        "[]",
        "{}",
        "{\"encrypted\":null}",
        "{\"encrypted\":\"secret\"}",
        "{\"encrypted\":{\"iv\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"tag\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}}",
        "{\"encrypted\":{\"iv\":\"AAAAAAAAAAAAAAAA\",\"tag\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"data\":\"\"}}",
        "{\"encrypted\":{\"iv\":\"secret!\",\"tag\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"data\":\"\"}}",
        "{\"encrypted\":{\"iv\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"tag\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"data\":\"\"}}",
        "{\"encrypted\":{\"iv\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"tag\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"data\":\"\",\"kid\":1}}",
        "{\"encrypted\":{\"iv\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"tag\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"data\":\"\",\"secret\":\"\"}}",
        "{\"encrypted\":{\"iv\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"tag\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"data\":\"\",\"kid\":\"secret\"}}",
        "{\"encrypted\":{\"iv\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"tag\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"data\":\"\"}}",
      })
  void refusesOtherFormsWithoutRepeatingThem(String json) {
    assertThatThrownBy(() -> cipher.open(Data.json(json)))
        .isInstanceOf(DecryptionException.class)
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "12", "zz", "0g"})
  void refusesWhatIsNoKeyWithoutRepeatingIt(String end) {
    String wrong = KEY.substring(2 + end.length() % 2) + end;
    assertThatThrownBy(() -> KeyRing.of(end.equals("12") ? KEY + end : wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a key is 64 hexadecimal digits")
        .hasNoCause();
  }

  @Test
  void showsNoKey() {
    KeyRing ring = KeyRing.of(KEY).with("next", Vectors.key("second"));
    assertThat(ring).hasToString("[key next, the default key]");
  }

  @Test
  void keepsARingInOrder() {
    KeyRing ring = KeyRing.of("a", KEY);
    assertThatThrownBy(() -> ring.with("a", KEY)).hasMessage("the ring has a key a");
    assertThatThrownBy(() -> ring.without("a"))
        .hasMessage("the key that seals cannot be taken away");
    assertThatThrownBy(() -> ring.with("", KEY)).isInstanceOf(IllegalArgumentException.class);
    KeyRing full = ring;
    for (int i = 1; i < KeyRing.MAX_KEYS; i++) {
      full = full.with("k" + i, KEY);
    }
    KeyRing most = full;
    assertThatThrownBy(() -> most.with("more", KEY)).hasMessageContaining("at most 64 keys");
  }

  @Test
  void sealsFieldsAsNodeDoes() {
    var fields = new FieldCipher(cipher, FieldCipher.USUAL_FIELDS);
    Data clear = Data.json(Vectors.text(Vectors.fields(), "json"));

    assertThat(fields.decrypt(Vectors.data(Vectors.fields(), "encrypted")))
        .hasToString(clear.json());
    Data sealed = fields.encrypt(clear);
    assertThat(sealed.fields().keySet())
        .containsExactly("name", "_encrypted_ssn", "_encrypted_creditCard");
    assertThat(sealed.json()).contains("Ada").doesNotContain("6789", "4111");
    assertThat(fields.decrypt(sealed)).hasToString(clear.json());
  }

  @Test
  void sealsFieldsOfTheTopLevelAlone() {
    var fields = new FieldCipher(cipher, Set.of("ssn"));
    Data nested = Data.json("{\"person\":{\"ssn\":1},\"ssn\":null,\"other\":\"x\"}");

    Data sealed = fields.encrypt(nested);

    assertThat(sealed.json()).contains("\"person\":{\"ssn\":1}", "_encrypted_ssn");
    assertThat(fields.decrypt(sealed)).hasToString(nested.json());
  }

  @Test
  void refusesAFieldInBothForms() {
    var fields = new FieldCipher(cipher, Set.of("ssn"));
    Data sealed = cipher.encrypt(Data.of("1")).toData();
    Data both = Data.ofFields(Map.of("ssn", Data.of("2"), "_encrypted_ssn", sealed));

    assertThatThrownBy(() -> fields.encrypt(both)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> fields.decrypt(both)).isInstanceOf(DecryptionException.class);
    assertThatThrownBy(() -> fields.encrypt(Data.of("text")))
        .hasMessage("only of an object fields can be encrypted");
    assertThatThrownBy(() -> fields.decrypt(Data.json("{\"_encrypted_x\":1}")))
        .isInstanceOf(DecryptionException.class);
  }

  /** Of bytes that no client of ours sends; some are good by chance. */
  @Test
  void knowsOneFailureOfHostileBytes() {
    var fields = new FieldCipher(cipher, Set.of("ssn"));
    byte[] good = Data.of(Map.of("encrypted", cipher.encrypt(JOB).toData())).messagePack();
    var random = new Random(11);
    int opened = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = good.clone();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        bytes[random.nextInt(random.nextBoolean() ? 40 : bytes.length)] = (byte) random.nextInt();
      }
      Data data = Data.messagePack(Arrays.copyOf(bytes, bytes.length - random.nextInt(3)));
      for (UnaryOperator<Data> reader :
          List.<UnaryOperator<Data>>of(cipher::open, fields::decrypt)) {
        try {
          assertThat(reader.apply(data)).isNotNull();
          opened++;
        } catch (DecryptionException e) {
          assertThat(e.getMessage()).doesNotContain("6789");
        }
      }
    }
    assertThat(opened).as("seed 11").isLessThan(50_000);
  }

  /** Of two entries with one key the last one counts, as in JavaScript. */
  @Test
  void leavesNothingOfAFieldThatIsThereTwice() {
    var fields = new FieldCipher(cipher, Set.of("ssn"));
    Data twice = Data.json("{\"ssn\":\"111\",\"s\\u0073n\":\"222\"}");

    Data sealed = fields.encrypt(twice);

    assertThat(sealed.json()).doesNotContain("111", "222");
    assertThat(fields.decrypt(sealed).json()).isEqualTo("{\"ssn\":\"222\"}");
  }
}
