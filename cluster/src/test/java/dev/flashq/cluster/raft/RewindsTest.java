package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RewindsTest {
  private final Rewinds rewinds = new Rewinds();

  @Test
  void takesTheFirstOfManyRefusalsOfOneGap() {
    assertThat(rewinds.take(196, 571, 10_000)).isTrue();
    assertThat(rewinds.take(196, 228, 10_020)).isFalse();
    assertThat(rewinds.take(212, 228, 10_050)).isFalse();
  }

  @Test
  void goesFurtherBackAtOnce() {
    assertThat(rewinds.take(196, 571, 10_000)).isTrue();
    assertThat(rewinds.take(150, 228, 10_001)).isTrue();
    assertThat(rewinds.take(150, 160, 10_002)).isFalse();
  }

  @Test
  void goesForwardAtOnce() {
    assertThat(rewinds.take(196, 571, 10_000)).isTrue();
    assertThat(rewinds.take(300, 228, 10_001)).isTrue();
  }

  @Test
  void takesARefusalOfAGapThatIsStillThere() {
    assertThat(rewinds.take(196, 571, 10_000)).isTrue();
    assertThat(rewinds.take(196, 228, 10_000 + Rewinds.SETTLE_MS)).isTrue();
    assertThat(rewinds.take(196, 228, 10_001 + Rewinds.SETTLE_MS)).isFalse();
  }
}
