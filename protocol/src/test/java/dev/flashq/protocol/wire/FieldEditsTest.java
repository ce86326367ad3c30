package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.wire.FieldEdits.Edit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Fields are found and changed in both encodings, however they are written. */
class FieldEditsTest {
  private static byte[] messagePack(String json) {
    var out = new MessagePackWriter();
    byte[] bytes = json.getBytes(UTF_8);
    Transcode.jsonToMessagePack(bytes, 0, bytes.length, out);
    return out.toByteArray();
  }

  private static String json(byte[] messagePack) {
    var out = new JsonWriter();
    Transcode.messagePackToJson(messagePack, 0, messagePack.length, out);
    return new String(out.toByteArray(), UTF_8);
  }

  private static boolean matches(String path, String equals, String data) {
    var match = new FieldMatch(FieldPath.parse(path), equals.getBytes(UTF_8));
    boolean found = match.isIn(data.getBytes(UTF_8), false);
    assertThat(match.isIn(messagePack(data), true)).isEqualTo(found);
    return found;
  }

  @Test
  void findsAValueAtAPath() {
    assertThat(matches("userId", "\"u1\"", "{\"userId\":\"u1\"}")).isTrue();
    assertThat(matches("/userId", "\"u1\"", "{\"a\":1,\"userId\":\"u1\"}")).isTrue();
    assertThat(matches("user.id", "7", "{\"user\":{\"id\":7.0}}")).isTrue();
    assertThat(matches("/user/id", "7", "{\"user\":{\"id\":\"7\"}}")).isFalse();
    assertThat(matches("users.1.id", "7", "{\"users\":[{\"id\":1},{\"id\":7}]}")).isTrue();
    assertThat(matches("users.0.id", "7", "{\"users\":[{\"id\":1},{\"id\":7}]}")).isFalse();
    assertThat(matches("users.*.id", "7", "{\"users\":[{\"id\":1},{\"id\":7}]}")).isTrue();
    assertThat(matches("a", "null", "{\"a\":null}")).isTrue();
    assertThat(matches("a", "true", "{\"a\":false}")).isFalse();
    assertThat(matches("/a~1b/~0", "1", "{\"a/b\":{\"~\":1}}")).isTrue();
    assertThat(matches("a", "1", "[{\"a\":1}]")).isFalse();
    assertThat(matches("a", "1", "1")).isFalse();
  }

  @Test
  void isNotDeceivedByHowThingsAreWritten() {
    assertThat(matches("userId", "\"u1\"", "{\"\\u0075serId\":\"\\u00751\"}")).isTrue();
    assertThat(matches("userId", "\"u1\"", "{\"userId\":\"u1\",\"userId\":\"u2\"}")).isTrue();
    assertThat(matches("userId", "\"u1\"", "{\"userId\":\"u2\",\"userId\":\"u1\"}")).isTrue();
    assertThat(matches("n", "100", "{\"n\":1e2}")).isTrue();
    assertThat(matches("n", "1", "{\"n\":1e999}")).isFalse();
    assertThat(
            new FieldMatch(FieldPath.parse("n"), "1".getBytes(UTF_8))
                .isIn("{\"n\":1e99999999999}".getBytes(UTF_8), false))
        .isFalse();
    // A map with a number for a name: {7: 1}.
    assertThat(
            new FieldMatch(FieldPath.parse("7"), "1".getBytes(UTF_8))
                .isIn(new byte[] {(byte) 0x81, 7, 1}, true))
        .isTrue();
  }

  private static @Nullable String edited(String data, String... edits) {
    var list = new ArrayList<Edit>();
    for (String edit : edits) {
      int equals = edit.indexOf('=');
      list.add(
          new Edit(
              FieldPath.parse(equals < 0 ? edit : edit.substring(0, equals)),
              equals < 0 ? null : edit.substring(equals + 1).getBytes(UTF_8)));
    }
    var all = new FieldEdits(list);
    byte[] changed = all.apply(data.getBytes(UTF_8), false, 1000);
    byte[] packed = all.apply(messagePack(data), true, 1000);
    assertThat(packed == null).isEqualTo(changed == null);
    if (changed == null || packed == null) {
      return null;
    }
    String result = new String(changed, UTF_8);
    assertThat(json(packed)).isEqualTo(json(messagePack(result)));
    assertThat(all.apply(changed, false, 1000)).as("once is enough").isNull();
    assertThat(all.apply(packed, true, 1000)).isNull();
    return result;
  }

  @Test
  void setsAndRemovesFields() {
    String data = "{\"userId\":\"u1\", \"email\":\"a@b\",\"more\": {\"name\":\"x\",\"n\":1e2}}";
    assertThat(edited(data, "email=\"[REDACTED]\"", "more.name=null"))
        .isEqualTo(
            "{\"userId\":\"u1\",\"email\":\"[REDACTED]\",\"more\":{\"name\":null,\"n\":1e2}}");
    assertThat(edited(data, "email", "/more")).isEqualTo("{\"userId\":\"u1\"}");
    assertThat(edited(data, "more={\"a\":[1]}")).endsWith("\"more\":{\"a\":[1]}}");
    assertThat(edited(data, "none=1", "email.x", "more.name.y")).isNull();
    assertThat(edited("[{\"a\":1},{\"a\":2},3]", "*.a")).isEqualTo("[{},{},3]");
    assertThat(edited("{\"l\":[1,2,3]}", "l.1")).isEqualTo("{\"l\":[1,null,3]}");
    assertThat(edited("7", "a")).isNull();
  }

  @Test
  void changesEveryRepetitionOfAName() {
    assertThat(edited("{\"a\":1,\"\\u0061\":2}", "a=0")).isEqualTo("{\"a\":0,\"a\":0}");
    assertThat(edited("{\"a\":1,\"b\":2,\"a\":3}", "a")).isEqualTo("{\"b\":2}");
  }

  @Test
  void keepsToALimit() {
    var edits =
        new FieldEdits(
            List.of(
                new Edit(FieldPath.parse("*"), ("\"" + "x".repeat(200) + "\"").getBytes(UTF_8))));
    assertThatThrownBy(() -> edits.apply("[1,2,3,4,5,6]".getBytes(UTF_8), false, 1000))
        .isInstanceOf(WireException.class);
  }

  @Test
  void refusesWhatIsNoPathAndNoScalar() {
    for (String wrong : List.of("", "a..b", ".", "x".repeat(1025), "/a".repeat(129))) {
      assertThatThrownBy(() -> FieldPath.parse(wrong)).isInstanceOf(InvalidValueException.class);
    }
    assertThatThrownBy(() -> new FieldMatch(FieldPath.parse("a"), "{}".getBytes(UTF_8)))
        .isInstanceOf(InvalidValueException.class);
  }
}
