package dev.flashq.cluster.seal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.peers.Hello;
import dev.flashq.cluster.peers.PeerLink;
import dev.flashq.security.seal.RingKey;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine.Digest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KeyholderWatchTest {
  private static final String ID = "0123456789abcdef0123456789abcdef";

  private KeyRing keys =
      new KeyRing(3, ByteString.copyFrom(HexFormat.of().parseHex(ID)), false, 0, List.of(), 0, 0);
  private boolean leads = true;
  private final List<String> allowed = new ArrayList<>();
  private final Sealing sealing =
      new Sealing(null, () -> keys, _ -> new Query.Keys(List.of()), new SecureRandom());
  private final KeyholderWatch watch =
      new KeyholderWatch(
          () -> keys,
          sealing,
          () -> List.of(member("n2"), member("n3", new RingKey(3, ID, "local:1", new byte[60]))),
          () -> leads,
          new PeerLink() {
            @Override
            public void tell(Hello hello) {}

            @Override
            public void resign(Predicate<String> may) {
              Stream.of("n1", "n2", "n3").filter(may).forEach(allowed::add);
            }
          });

  private static Hello member(String node, RingKey... ring) {
    return new Hello(node, 0, 0, true, FeatureLevel.SEALING, 0, 0, new Digest(0, 0), List.of(ring));
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      watch.look();
    }
  }

  @Test
  void whoHasTheKeyLeadsWhenThisNodeHasBeenWithoutForAWhile() {
    look(4);
    assertThat(allowed).isEmpty();
    look(1);
    assertThat(allowed).containsExactly("n3");
  }

  @Test
  void itIsAskedAgainOnlyAfterAnotherWhile() {
    look(9);
    assertThat(allowed).containsExactly("n3");
    look(1);
    assertThat(allowed).containsExactly("n3", "n3");
  }

  @Test
  void whoDoesNotLeadHasNothingToGiveUp() {
    look(4);
    leads = false;
    look(1);
    leads = true;
    look(4);
    assertThat(allowed).isEmpty();
  }

  @Test
  void whereNothingIsSealedNobodyNeedsAKey() {
    keys = KeyRing.NONE;
    look(20);
    assertThat(allowed).isEmpty();
  }
}
