package dev.flashq.cluster.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The replicated clock is moved by no clock that somebody has set. */
class ClusterClockTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long HOUR = 3_600_000;

  private final VirtualTime time = new VirtualTime();
  private final long begin = time.now();
  private final Members members = new Members("n1", List.of("n1", "n2", "n3"), time::now);
  private long setBy;
  private final ClusterClock clock = new ClusterClock(members, time::now, this::wall);

  private long wall() {
    return NOW + time.now() - begin + setBy;
  }

  @Test
  void isNotKnownAtFirst() {
    assertThat(clock.isKnown()).isFalse();
  }

  @Test
  void aFirstLeaderWaitsForTheOthersClocks() {
    assertThat(clock.begin(true)).isEmpty();
    assertThat(clock.isKnown()).isFalse();

    othersSay(0);
    assertThat(clock.begin(true)).contains(NOW);
    assertThat(clock.now()).isEqualTo(NOW);
  }

  @Test
  void aFirstLeaderThatHearsNobodyTakesItsOwnClockInTheEnd() {
    assertThat(clock.begin(false)).contains(NOW);
    assertThat(clock.isKnown()).isTrue();
  }

  @Test
  void aFirstLeaderWithAWrongClockBeginsWithThatOfTheOthers() {
    setBy = 8 * HOUR;
    othersSay(-8 * HOUR);

    clock.begin(true);

    assertThat(clock.now()).isEqualTo(NOW);
  }

  @Test
  void afterAStopOfTheClusterItIsSetForwardByTheTimeOfTheStop() {
    clock.advance(NOW - HOUR);
    othersSay(0);

    assertThat(clock.begin(true)).contains(HOUR);
    assertThat(clock.begin(true)).contains(0L);
  }

  @Test
  void neverBeginsBeforeWhatWasReplicated() {
    clock.advance(NOW + HOUR);
    othersSay(0);

    assertThat(clock.begin(true)).contains(0L);
    assertThat(clock.now()).isEqualTo(NOW + HOUR);
  }

  @Test
  void whoComesBackTakesTheClockOfWhoeverKnowsIt() {
    setBy = -5 * HOUR;
    clock.hear(Words.of("n2").hello());
    assertThat(clock.isKnown()).isFalse();

    clock.hear(Words.of("n2").clockMs(NOW + 77).hello());

    assertThat(clock.isKnown()).isTrue();
    assertThat(clock.now()).isEqualTo(NOW + 77);
  }

  @Test
  void onceKnownNobodysWordMovesIt() {
    othersSay(0);
    clock.begin(true);

    clock.hear(Words.of("n2").clockMs(NOW + HOUR).hello());

    assertThat(clock.now()).isEqualTo(NOW);
  }

  @Test
  void advancesWithTimeWhateverTheClockOnTheWallDoes() {
    othersSay(0);
    clock.begin(true);

    for (long jump : new long[] {HOUR, -HOUR, 0}) {
      setBy = jump;
      long before = clock.now();
      time.pass(1_000);
      othersSay(-jump);
      assertThat(clock.now() - before).isEqualTo(1_000);
    }
  }

  @Test
  void isDrawnSlowlyToWhereTheMajorityIs() {
    othersSay(0);
    clock.begin(true);
    setBy = 10;
    othersSay(0);

    time.pass(1_000);
    assertThat(clock.now()).isEqualTo(NOW + 1_001);
    for (int i = 0; i < 20; i++) {
      time.pass(1_000);
      othersSay(0);
      clock.now();
    }

    assertThat(clock.now()).isEqualTo(wall());
  }

  @Test
  void isDrawnBackAsSlowlyAndNeverGoesBack() {
    othersSay(0);
    clock.begin(true);
    setBy = -HOUR;
    long last = clock.now();
    for (int i = 0; i < 1_000; i++) {
      time.pass(10);
      othersSay(0);
      assertThat(clock.now()).isGreaterThanOrEqualTo(last);
      last = clock.now();
    }

    assertThat(last).isEqualTo(NOW + 10_000 - 10);
  }

  @Test
  void followsTheStampsOfTheLeader() {
    othersSay(0);
    clock.begin(true);

    clock.advance(NOW + 500);
    assertThat(clock.now()).isEqualTo(NOW + 500);
    clock.advance(NOW + 100);
    assertThat(clock.now()).isEqualTo(NOW + 500);
  }

  @Test
  void saysWhatTheMajorityShows() {
    assertThat(clock.majorityMs()).isEmpty();
    othersSay(250);
    assertThat(clock.majorityMs()).contains(NOW + 250);
  }

  /** Both other clocks are so far before ours. */
  private void othersSay(long beforeOurs) {
    for (String other : List.of("n2", "n3")) {
      members.hear(Words.of(other).unixMs(wall() + beforeOurs).hello(), wall());
    }
  }
}
