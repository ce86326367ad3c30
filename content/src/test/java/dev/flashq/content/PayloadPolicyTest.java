package dev.flashq.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadPolicyTest {
  private static final PayloadPolicy CARDS = new PayloadPolicy(false, List.of(), true, 0);
  private static final PayloadPolicy FIELDS =
      new PayloadPolicy(false, List.of("cardNumber", "cvv"), false, 0);
  private static final PayloadPolicy ENCRYPTED = new PayloadPolicy(true, List.of(), false, 0);
  private static final String IV = "AAAAAAAAAAAAAAAAAAAAAA==";

  /** What is wrong in either encoding, which must be the same. */
  private static @Nullable String check(PayloadPolicy policy, String json) {
    byte[] bytes = json.getBytes(UTF_8);
    Violation byJson = policy.check(bytes, false);
    var out = new MessagePackWriter();
    Transcode.jsonToMessagePack(bytes, 0, bytes.length, out);
    Violation byMessagePack = policy.check(Arrays.copyOf(out.buffer(), out.size()), true);
    assertThat(byMessagePack).isEqualTo(byJson);
    return byJson == null ? null : byJson.text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"4111111111111111\"",
        "\"4111 1111 1111 1111\"",
        "\"4111-1111-1111-1111\"",
        "\"4111 - 1111 - 1111 - 1111\"",
        "\"order 12, 4111.1111.1111.1111, due 3\"",
        "\"card4111111111111111end\"",
        "\"x4111 1111 1111 1111\"",
        "\"PAN4111-1111-1111-1111\"",
        "\"4111-1111-1111-1111EUR\"",
        "\"\\u53614111 1111 1111 1111\"",
        "\"4.111111111111111e15\"",
        "\"\\u0034111111111111111\"",
        "\"\\uff14111 1111 1111 1111\"",
        "4111111111111111",
        "-4111111111111111",
        "4111111111111111.0",
        "4.111111111111111e15",
        "9400000000000000003",
        "\"6304000000000000\"",
        "\"378282246310005\"",
        "\"4222222222222\"",
      })
  void findsCardNumbersHoweverTheyAreWritten(String value) {
    assertThat(check(CARDS, value)).isEqualTo("looks like a card number");
    assertThat(check(CARDS, "{\"a\":[1,{\"b\":" + value + "}]}"))
        .isEqualTo("/a/1/b looks like a card number");
    assertThat(check(CARDS, "{\"a\":" + value + ",\"a\":1}"))
        .isEqualTo("/a looks like a card number");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"4111111111111112\"",
        "\"550e8400-e29b-41d4-a716-446655440000\"",
        "\"00000000-0000-4111-1111-111111111111\"",
        "\"411111111111\"",
        "\"0000000000000000\"",
        "\"41111111111111110000\"",
        "\"4111 and 1111 and 1111 and 1111\"",
        "1e300",
        "0.4111111111111111",
        "null",
        "true",
        "[4,1,1,1]",
      })
  void findsNoneWhereThereIsNone(String value) {
    assertThat(check(CARDS, value)).isNull();
  }

  @Test
  void findsCardNumbersInNamesAndRepeatsThemNever() {
    assertThat(check(CARDS, "{\"x\":{\"4111111111111111\":1}}"))
        .isEqualTo("/x/* looks like a card number");
    assertThat(check(CARDS, "{\"no 12345678\":{\"a\":\"4111111111111111\"}}"))
        .isEqualTo("/*/a looks like a card number");
  }

  @Test
  void findsCardNumbersInWhatOnlyMessagePackHas() {
    byte[] text = "4111111111111111".getBytes(UTF_8);
    byte[] binary = new byte[2 + text.length];
    binary[0] = (byte) 0xc4;
    binary[1] = (byte) text.length;
    System.arraycopy(text, 0, binary, 2, text.length);
    assertThat(CARDS.check(binary, true)).isNotNull();
    byte[] extension = new byte[3 + text.length];
    extension[0] = (byte) 0xc7;
    extension[1] = (byte) text.length;
    extension[2] = 5;
    System.arraycopy(text, 0, extension, 3, text.length);
    assertThat(CARDS.check(extension, true)).isNotNull();
    // A map whose key is a number.
    byte[] key = new byte[11];
    key[0] = (byte) 0x81;
    key[1] = (byte) 0xcf;
    long number = 4111111111111111L;
    for (int i = 0; i < 8; i++) {
      key[2 + i] = (byte) (number >> 56 - 8 * i);
    }
    key[10] = 1;
    assertThat(CARDS.check(key, true)).isEqualTo(new Violation("/*", "looks like a card number"));
  }

  @Test
  void findsWhatStandsInNamesThatAreNoTexts() {
    byte[] password = {(byte) 0x81, (byte) 0xc4, 3, 'c', 'v', 'v', 1};
    assertThat(FIELDS.check(password, true)).isNotNull();
    byte[] card = new byte[3 + 16 + 1];
    card[0] = (byte) 0x81;
    card[1] = (byte) 0xc4;
    card[2] = 16;
    System.arraycopy("4111111111111111".getBytes(UTF_8), 0, card, 3, 16);
    card[19] = 1;
    assertThat(CARDS.check(card, true)).isNotNull();
    byte[] number = new byte[11];
    number[0] = (byte) 0x81;
    number[1] = (byte) 0xcb;
    long bits = Double.doubleToLongBits(4111111111111111.0);
    for (int i = 0; i < 8; i++) {
      number[2 + i] = (byte) (bits >> 56 - 8 * i);
    }
    number[10] = 1;
    assertThat(CARDS.check(number, true)).isNotNull();
  }

  @Test
  void bearsNumbersThatJsonDoesNotHave() {
    byte[] notANumber = {(byte) 0xca, 0x7f, (byte) 0xc0, 0, 0};
    assertThat(CARDS.check(notANumber, true)).isNull();
    assertThat(check(CARDS, "\"1.2.3e4\"")).isNull();
  }

  @Test
  void boundsTheLengthOfNumbers() {
    byte[] digits = ("1234567890123." + "0".repeat(5_000_000)).getBytes(UTF_8);
    assertThat(CARDS.check(digits, false))
        .isEqualTo(new Violation("", "must not be a number of more than 1000 characters"));
  }

  @Test
  void findsForbiddenFieldsAtAnyDepth() {
    assertThat(check(FIELDS, "{\"a\":[{\"cardNumber\":null}]}"))
        .isEqualTo("/a/0/cardNumber is a field that must not be there");
    assertThat(check(FIELDS, "{\"\\u0063vv\":1}"))
        .isEqualTo("/cvv is a field that must not be there");
    assertThat(check(FIELDS, "{\"CardNumber\":1}"))
        .isEqualTo("/CardNumber is a field that must not be there");
    assertThat(check(FIELDS, "{\"cards\":\"cvv\"}")).isNull();
  }

  private static String envelope(String more) {
    return "{\"iv\":\"" + IV + "\",\"tag\":\"" + IV + "\",\"data\":\"YWJj\"" + more + "}";
  }

  @Test
  void takesEnvelopesOnly() {
    assertThat(check(ENCRYPTED, envelope(""))).isNull();
    assertThat(check(ENCRYPTED, envelope(",\"kid\":\"2030-01\""))).isNull();
    assertThat(check(ENCRYPTED, "{\"encrypted\":" + envelope("") + "}")).isNull();
  }

  @Test
  void takesNothingThatIsLikeAnEnvelope() {
    for (String data :
        List.of(
            "null",
            "\"text\"",
            "{}",
            "[" + envelope("") + "]",
            envelope(",\"name\":\"x\""),
            envelope(",\"iv\":\"" + IV + "\""),
            envelope(",\"encrypted\":" + envelope("")),
            "{\"encrypted\":" + envelope("") + ",\"name\":\"x\"}",
            "{\"name\":\"x\",\"encrypted\":" + envelope("") + "}",
            "{\"encrypted\":" + envelope("") + ",\"encrypted\":\"x\"}",
            "{\"encrypted\":{\"encrypted\":" + envelope("") + "}}",
            "{\"iv\":\"AAAA\",\"tag\":\"" + IV + "\",\"data\":\"YWJj\"}",
            "{\"iv\":\"" + IV + "\",\"tag\":\"" + IV + "\",\"data\":\"not base64\"}",
            "{\"iv\":\"" + IV + "\",\"tag\":\"" + IV + "\",\"data\":{\"a\":1}}",
            "{\"iv\":\"" + IV + "\",\"tag\":\"" + IV + "\",\"data\":\"\"}",
            "{\"iv\":1,\"tag\":\"" + IV + "\",\"data\":\"YWJj\"}",
            envelope(",\"kid\":\"a b\""))) {
      assertThat(check(ENCRYPTED, data)).as(data).contains("must be encrypted");
    }
  }

  @Test
  void bounds() {
    var small = new PayloadPolicy(false, List.of(), false, 10);
    assertThat(small.check("\"12345678\"".getBytes(UTF_8), false)).isNull();
    assertThat(small.check("\"123456789\"".getBytes(UTF_8), false))
        .isEqualTo(new Violation("", "must have at most 10 bytes"));
  }

  @Test
  void objectsToTextsOfWorkers() {
    assertThat(CARDS.objection("card 4111 1111 1111 1111 refused"))
        .isEqualTo("looks like a card number");
    assertThat(CARDS.objection("refused")).isNull();
    assertThat(ENCRYPTED.objection("refused")).isEqualTo("not encrypted");
    assertThat(FIELDS.objection("cvv wrong")).isNull();
  }
}
