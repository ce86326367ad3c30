package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogHorizonTest {
  private final LogHorizon horizon = new LogHorizon(100);

  @Test
  void keepsTheLogOfTheLastBytes() {
    horizon.restart(-1);

    assertThat(checkpoint(10, 40)).isEqualTo(-1);
    assertThat(checkpoint(20, 40)).isEqualTo(-1);
    assertThat(checkpoint(30, 40)).isEqualTo(10);
    assertThat(checkpoint(40, 20)).isEqualTo(10);
    assertThat(checkpoint(50, 1)).isEqualTo(20);
  }

  @Test
  void dropsEverythingBeforeACheckpointThatWasLate() {
    horizon.restart(5);

    assertThat(checkpoint(50, 1_000)).isEqualTo(50);
  }

  @Test
  void neverGoesBackBehindTheCheckpointOfTheStart() {
    horizon.restart(5);
    checkpoint(50, 60);
    horizon.restart(70);

    assertThat(checkpoint(80, 60)).isEqualTo(70);
  }

  @Test
  void countsACheckpointThatIsAskedForAgainOnce() {
    horizon.restart(5);
    checkpoint(50, 60);

    assertThat(horizon.after(50)).isEqualTo(5);
    assertThat(checkpoint(60, 60)).isEqualTo(50);
  }

  @Test
  void remembersNotMoreThan64Checkpoints() {
    horizon.restart(0);
    for (int i = 1; i < 64; i++) {
      assertThat(checkpoint(i, 1)).isZero();
    }

    assertThat(checkpoint(64, 1)).isEqualTo(1);
  }

  private long checkpoint(long index, int bytes) {
    horizon.applied(bytes);
    return horizon.after(index);
  }
}
