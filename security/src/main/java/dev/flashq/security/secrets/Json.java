package dev.flashq.security.secrets;

import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.protocol.wire.WireException;
import java.util.HashMap;
import java.util.Map;

/** Objects of JSON as maps of texts, numbers, truths and maps; lists and nothings are left out. */
final class Json {
  private static final int FIELDS = 1000;

  private Json() {}

  static Map<String, Object> object(byte[] json) throws SecretException {
    ValueReader in = new JsonReader();
    in.open(json, 0, json.length);
    try {
      Map<String, Object> object = map(in);
      in.finish();
      return object;
    } catch (WireException _) {
      // What it says may show some of what was read.
      throw new SecretException("what stands there is no object of JSON");
    }
  }

  private static Map<String, Object> map(ValueReader in) throws SecretException {
    var map = new HashMap<String, Object>();
    in.beginMap();
    for (String key = in.nextKeyText(); key != null; key = in.nextKeyText()) {
      switch (in.kind()) {
        case STRING -> map.put(key, in.string());
        case NUMBER -> map.put(key, in.number());
        case BOOLEAN -> map.put(key, in.bool());
        case MAP -> map.put(key, map(in));
        default -> in.skip();
      }
      if (map.size() > FIELDS) {
        throw new SecretException("what stands there has more than " + FIELDS + " fields");
      }
    }
    return map;
  }
}
