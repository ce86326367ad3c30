package dev.flashq.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {
  private static JsonSchema schema(String json) throws InvalidSchemaException {
    return JsonSchema.parse(json.getBytes(UTF_8));
  }

  private static @Nullable String check(String schema, String data) throws InvalidSchemaException {
    Violation violation = schema(schema).check(data.getBytes(UTF_8));
    return violation == null ? null : violation.text();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'object'} | [] | must be an object",
        "{'properties':{'to':{'format':'email'}}} | {'to':'nobody'} | /to must be an email",
        "{'properties':{'to':{'type':'string'}}} | {'to':4} | /to must be a string",
        "{'properties':{'to':{'type':['string','null']}}} | {'to':4} | /to must be a string or null",
        "{'required':['to']} | {} | /to is required",
        "{'properties':{'a':{'required':['b']}}} | {'a':{}} | /a/b is required",
        "{'properties':{'id':{'format':'uuid'}}} | {'id':'x'} | /id must be a UUID",
        "{'properties':{'s':{'maxLength':3}}} | {'s':'four'} | /s must have at most 3 characters",
        "{'properties':{'s':{'pattern':'^a+$'}}} | {'s':'b'} | /s must match ^a+$",
        "{'properties':{'c':{'enum':['USD','EUR']}}} | {'c':'YEN'} | /c must be one of USD, EUR",
        "{'properties':{'n':{'exclusiveMinimum':0}}} | {'n':0} | /n must be greater than 0",
        "{'properties':{'n':{'maximum':999999.99}}} | {'n':1e6} | /n must be at most 999999.99",
        "{'properties':{'n':{'multipleOf':0.01}}} | {'n':0.001} | /n must be a multiple of 0.01",
        "{'properties':{'l':{'maxItems':1}}} | {'l':[1,2]} | /l must have at most 1 items",
        "{'properties':{'l':{'items':{'type':'integer'}}}} | {'l':[1,'x']} | /l/1 must be an integer",
        "{'additionalProperties':false} | {'x':1} | has a property that is not allowed",
        "{'properties':{'x':false}} | {'x':1} | /x is not allowed",
        "{'anyOf':[{'type':'string'},{'type':'array'}]} | {} | must be a string",
        "{'$defs':{'t':{'type':'string'}},'properties':{'a':{'$ref':'#/$defs/t'}}} | {'a':1} | /a must be a string",
      })
  void saysWhatIsWrong(String schema, String data, String expected) throws Exception {
    assertThat(check(schema.replace('\'', '"'), data.replace('\'', '"'))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'properties':{'to':{'format':'email'}}} | {'to':'a@example.com'}",
        "{'properties':{'u':{'format':'uri','pattern':'^https://'}}} | {'u':'https://a.example/x?y=1'}",
        "{'anyOf':[{'type':'string'},{'type':'array'}]} | []",
        "{'oneOf':[{'type':'string'},{'type':'object'}]} | {}",
        "{'if':{'required':['a']},'then':{'required':['b']}} | {'c':1}",
        "true | null",
      })
  void findsNothingWrong(String schema, String data) throws Exception {
    assertThat(check(schema.replace('\'', '"'), data.replace('\'', '"'))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "{\"type\":\"object\",\"type\":\"array\"}",
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}",
        "{\"$ref\":\"http://example.com/schema\"}",
        "{\"properties\":{\"a\":{\"$ref\":\"file:///etc/passwd\"}}}",
        "{\"$id\":\"http://a.example/#x\"}",
        "{\"pattern\":\"(?=a)b\"}",
        "{\"pattern\":\"(a\"}",
        "{\"pattern\":\"((a{1000}){1000}){1000}\"}",
        "{\"pattern\":\"(a{100}){100}\"}",
        "{\"pattern\":\"([)(]{1000}){3}\"}",
        "{\"patternProperties\":{\"(a)\\\\1\":true}}",
        "{\"$ref\":\"#/nowhere\"}",
      })
  void refusesWhatIsNoSchemaToKeepTo(String json) {
    assertThatThrownBy(() -> schema(json)).isInstanceOf(InvalidSchemaException.class);
  }

  @Test
  void refusesSchemasThatAreTooLargeOrTooDeep() {
    String deep = "{\"not\":".repeat(65) + "true" + "}".repeat(65);
    String large = "{\"description\":\"" + "x".repeat(JsonSchema.BYTES) + "\"}";
    assertThatThrownBy(() -> schema(deep)).isInstanceOf(InvalidSchemaException.class);
    assertThatThrownBy(() -> schema(large)).isInstanceOf(InvalidSchemaException.class);
  }

  @Test
  void refusesNamesThatComeTwice() throws Exception {
    assertThat(check("{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"a\":1,\"a\":\"x\"}"))
        .isEqualTo("must not have a name twice");
  }

  @Test
  void neverRepeatsWhatIsInTheData() throws Exception {
    String data = "{\"4111111111111111\":{\"x\":\"secret\"}}";
    assertThat(check("{\"additionalProperties\":{\"required\":[\"y\"]}}", data))
        .isEqualTo("/*/y is required");
    assertThat(check("{\"properties\":{\"c\":{\"const\":\"a\"}}}", "{\"c\":\"secret\"}"))
        .doesNotContain("secret");
  }

  @Test
  @Timeout(20)
  void boundsTheWorkOfHostileSchemasAndData() throws Exception {
    String recursive =
        "{\"anyOf\":[{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"z\"]},"
            + "{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"z\"]}]}";
    String deep = "{\"a\":".repeat(60) + "1" + "}".repeat(60);
    assertThat(check(recursive, deep)).isNotNull();

    String pattern = "{\"items\":{\"pattern\":\"^(a+)+$\"}}";
    assertThat(check(pattern, "[\"" + "a".repeat(100_000) + "b\"]"))
        .isEqualTo("/0 must match ^(a+)+$");

    String email = "{\"items\":{\"format\":\"email\"}}";
    assertThat(check(email, "[\"" + "a.".repeat(200_000) + "@\"]"))
        .isEqualTo("/0 must be an email");
    String uri = "{\"items\":{\"format\":\"uri\"}}";
    assertThat(check(uri, "[\"http://" + "%".repeat(200_000) + "\"]"))
        .isEqualTo("/0 must be a URI");

    String many = "[" + "1,".repeat(JsonSchema.VALUES) + "1]";
    assertThat(check("{\"type\":\"array\"}", many)).contains("must have at most 100000 values");
    assertThat(check("{\"maximum\":5}", "1e400")).contains("beyond");
    assertThat(check("{\"maximum\":5}", "9".repeat(400))).contains("beyond");
    assertThat(check("{\"items\":{\"format\":\"regex\"}}", "[\"((a{1000}){1000}){1000}\"]"))
        .isNotNull();
    assertThat(
            check(
                "{\"items\":{\"pattern\":\"^([a-z]{1,40}){40}$\"}}",
                "[\"" + "a".repeat(200_000) + "1\"]"))
        .contains("too much work");
    assertThat(check("{\"multipleOf\":0.1}", "9".repeat(5000))).contains("digits");
  }

  @Test
  @Timeout(20)
  void boundsTheSearchForItemsThatComeTwice() throws Exception {
    // Texts of one hash, as many as there may be.
    var items = new StringBuilder("[");
    for (int i = 0; i < 1 << 15; i++) {
      items.append(i == 0 ? "\"" : ",\"");
      for (int bit = 0; bit < 15; bit++) {
        items.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      items.append('"');
    }
    long begin = System.nanoTime();
    assertThat(check("{\"uniqueItems\":true}", items.append("]").toString())).isNotNull();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    assertThat(check("{\"uniqueItems\":true}", "[1,2,1]")).isEqualTo("must not have an item twice");
    assertThat(check("{\"uniqueItems\":true}", "[1,2,3]")).isNull();
  }

  @Test
  void checksMessagePackAsTheJsonThatOthersRead() throws Exception {
    JsonSchema schema =
        schema("{\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"]}");
    assertThat(schema.check(JsonSchema.Data.messagePack(pack("{\"a\":\"x\"}")))).isNull();
    assertThat(schema.check(JsonSchema.Data.messagePack(pack("{\"a\":1}"))))
        .isEqualTo(new Violation("/a", "must be a string"));
    // A map whose keys are the text "1" and the number 1.
    byte[] twice = {(byte) 0x82, (byte) 0xa1, '1', 1, 1, 2};
    assertThat(schema("{\"type\":\"object\"}").check(JsonSchema.Data.messagePack(twice)))
        .isEqualTo(new Violation("", "must not have a name twice"));
  }

  private static byte[] pack(String json) {
    var out = new MessagePackWriter();
    byte[] bytes = json.getBytes(UTF_8);
    Transcode.jsonToMessagePack(bytes, 0, bytes.length, out);
    return Arrays.copyOf(out.buffer(), out.size());
  }
}
