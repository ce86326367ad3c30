package dev.flashq.cluster.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Whoever's clock is wrong does not lead for long. */
class ClockWatchTest {
  private static final long NOW = 1_700_000_000_000L;

  private final VirtualTime time = new VirtualTime();
  private final Members members = new Members("n1", List.of("n1", "n2", "n3"), time::now);
  private final List<Predicate<String>> resigned = new ArrayList<>();
  private final ClockWatch watch =
      new ClockWatch(
          "n1",
          members,
          new PeerLink() {
            @Override
            public void tell(Hello hello) {}

            @Override
            public void resign(Predicate<String> allowed) {
              resigned.add(allowed);
            }
          },
          time);

  @Test
  void aLeaderWhoseClockIsRightStays() {
    othersSay(1_900, -1_900);

    watch.look(true);

    assertThat(resigned).isEmpty();
  }

  @Test
  void aLeaderWhoseClockIsWrongResignsInFavourOfOneWithARightClock() {
    othersSay(-3_600_000, -3_600_000);

    watch.look(true);

    assertThat(resigned).hasSize(1);
    assertThat(resigned.getFirst().test("n2")).isTrue();
    assertThat(resigned.getFirst().test("n1")).isFalse();
    assertThat(resigned.getFirst().test("stranger")).isFalse();
  }

  @Test
  void aLeaderAmongThreeDifferentClocksStaysIfItsOwnIsInTheMiddle() {
    othersSay(-3_600_000, 3_600_000);

    watch.look(true);

    assertThat(resigned).isEmpty();
  }

  @Test
  void asksAgainAfterAWhileWhenNobodyTookOver() {
    othersSay(5_000, 5_000);
    watch.look(true);
    time.pass(1_000);
    watch.look(true);
    assertThat(resigned).hasSize(1);

    time.pass(9_000);
    othersSay(5_000, 5_000);
    watch.look(true);
    assertThat(resigned).hasSize(2);
  }

  @Test
  void whoDoesNotLeadHasNothingToGiveAway() {
    othersSay(5_000, 5_000);

    watch.look(false);

    assertThat(resigned).isEmpty();
  }

  @Test
  void whoHearsNobodyBelievesItself() {
    watch.look(true);

    assertThat(resigned).isEmpty();
  }

  private void othersSay(long second, long third) {
    members.hear(Words.of("n2").unixMs(NOW + second).hello(), NOW);
    members.hear(Words.of("n3").unixMs(NOW + third).hello(), NOW);
  }
}
