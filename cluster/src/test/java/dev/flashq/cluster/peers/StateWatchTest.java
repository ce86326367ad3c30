package dev.flashq.cluster.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** States are compared by majority: the one that differs stops, whoever leads. */
class StateWatchTest {
  private final VirtualTime time = new VirtualTime();
  private final Members members = new Members("n1", List.of("n1", "n2", "n3"), time::now);
  private final TreeMap<Long, Long> own = new TreeMap<>();
  private final List<Throwable> stopped = new ArrayList<>();
  private final StateWatch watch = new StateWatch(new StateVotes(members, own::get), stopped::add);

  @Test
  void nobodyStopsWhileAllAreEqual() {
    own.put(7L, 70L);
    own.put(8L, 80L);
    say("n2", 7, 70);
    say("n3", 8, 80);

    watch.look();

    assertThat(stopped).isEmpty();
    assertThat(watch.different()).isEmpty();
  }

  @Test
  void whoDiffersFromBothOthersStops() {
    own.put(7L, 71L);
    own.put(8L, 81L);
    say("n2", 7, 70);
    say("n3", 8, 80);

    watch.look();

    assertThat(stopped).hasSize(1);
    assertThat(stopped.getFirst())
        .hasMessageContaining("[n2, n3]")
        .hasMessageContaining("must not");
  }

  @Test
  void whoDiffersFromOneGoesOnAndSaysSo() {
    own.put(7L, 70L);
    own.put(8L, 80L);
    say("n2", 7, 70);
    say("n3", 8, 99);

    watch.look();

    assertThat(stopped).isEmpty();
    assertThat(watch.different()).containsExactly("n3");
  }

  @Test
  void whoHearsOneThatDiffersCannotKnowWhoIsRight() {
    own.put(7L, 70L);
    say("n2", 7, 99);

    watch.look();

    assertThat(stopped).isEmpty();
    assertThat(watch.different()).containsExactly("n2");
  }

  @Test
  void whatIsNotKnownHereIsNotCompared() {
    say("n2", 7, 70);
    say("n3", 0, 0);

    watch.look();

    assertThat(stopped).isEmpty();
    assertThat(watch.different()).isEmpty();
  }

  @Test
  void aMemberThatWasMendedIsNoLongerNamed() {
    own.put(7L, 70L);
    say("n3", 7, 99);
    watch.look();

    say("n3", 7, 70);
    watch.look();

    assertThat(watch.different()).isEmpty();
  }

  private void say(String member, long index, long digest) {
    members.hear(Words.of(member).digest(index, digest).hello(), 0);
  }
}
