package dev.flashq.cluster.data;

import dev.flashq.cluster.seal.Sealing;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Query;
import java.security.SecureRandom;
import java.util.List;

/** A node that seals and opens nothing. */
final class NoKeys {
  private NoKeys() {}

  static Sealing sealing() {
    return new Sealing(
        null, () -> KeyRing.NONE, _ -> new Query.Keys(List.of()), new SecureRandom());
  }
}
