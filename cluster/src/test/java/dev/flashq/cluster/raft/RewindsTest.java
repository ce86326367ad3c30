package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RewindsTest {
  private final Rewinds rewinds = new Rewinds();

  @Test
  void takesTheFirstOfManyRefusalsOfOneGap() {
    assertThat(rewinds.take(196, 571, false, 10_000)).isTrue();
    assertThat(rewinds.take(196, 228, true, 10_020)).isFalse();
    assertThat(rewinds.take(212, 228, true, 10_050)).isFalse();
  }

  @Test
  void goesFurtherBackAtOnce() {
    assertThat(rewinds.take(196, 571, false, 10_000)).isTrue();
    assertThat(rewinds.take(150, 228, true, 10_001)).isTrue();
    assertThat(rewinds.take(150, 160, true, 10_002)).isFalse();
  }

  @Test
  void goesForwardWithAFollowerThatIsAhead() {
    assertThat(rewinds.take(196, 571, false, 10_000)).isTrue();
    assertThat(rewinds.take(300, 228, false, 10_001)).isTrue();
  }

  @Test
  void isNotLedForwardByWhatWasSentBeforeTheLastStep() {
    assertThat(rewinds.take(100, 130, false, 10_000)).isTrue();
    // The follower's last entry is not the leader's: it refuses what begins there, too.
    assertThat(rewinds.take(99, 132, false, 10_010)).isTrue();
    assertThat(rewinds.take(100, 99, true, 10_011)).isFalse();
    assertThat(rewinds.take(98, 107, false, 10_020)).isTrue();
  }

  @Test
  void takesARefusalOfAGapThatIsStillThere() {
    assertThat(rewinds.take(196, 571, false, 10_000)).isTrue();
    assertThat(rewinds.take(196, 228, true, 10_000 + Rewinds.SETTLE_MS)).isTrue();
    assertThat(rewinds.take(196, 228, true, 10_001 + Rewinds.SETTLE_MS)).isFalse();
  }
}
