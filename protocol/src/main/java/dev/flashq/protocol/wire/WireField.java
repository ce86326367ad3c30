package dev.flashq.protocol.wire;

import java.util.List;

/** A field of a request, by the names that clients give it. */
public interface WireField {
  /** The name in sentences and then its aliases; none when the field stands inside another one. */
  List<String> names();

  /** The name in sentences. */
  default String wireName() {
    return names().isEmpty() ? "" : names().getFirst();
  }
}
