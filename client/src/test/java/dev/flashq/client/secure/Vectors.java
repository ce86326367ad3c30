package dev.flashq.client.secure;

import dev.flashq.client.Data;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the crypto of Node made of the same data; see vectors.mjs. */
final class Vectors {
  private static final Map<?, ?> ALL = read();

  private Vectors() {}

  private static Map<?, ?> read() {
    try (InputStream in = Vectors.class.getResourceAsStream("vectors.json")) {
      return (Map<?, ?>)
          Objects.requireNonNull(Data.json(Objects.requireNonNull(in).readAllBytes()).value());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static String key(String name) {
    return text(map(ALL.get("keys")), name);
  }

  /** Values that were sealed. */
  static List<Map<?, ?>> sealed() {
    return list("sealed");
  }

  /** Texts that were cleaned. */
  static List<Map<?, ?>> texts() {
    return list("texts");
  }

  static Map<?, ?> fields() {
    return map(ALL.get("fields"));
  }

  private static List<Map<?, ?>> list(String name) {
    return ((List<?>) Objects.requireNonNull(ALL.get(name)))
        .stream().<Map<?, ?>>map(item -> (Map<?, ?>) item).toList();
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
  }

  static String text(Map<?, ?> in, String name) {
    return (String) Objects.requireNonNull(in.get(name));
  }

  static Data data(Map<?, ?> in, String name) {
    return Data.of(in.get(name));
  }
}
