package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BacklogTest {
  private final Backlog backlog = new Backlog();
  private long now = 10_000;

  @Test
  void countsFromTheFirstLookAtWhatWaits() {
    look(5, 5);
    look(6, 5);
    assertThat(backlog.waitedMs(now)).isZero();
    look(6, 5);
    look(7, 5);

    assertThat(backlog.waitedMs(now)).isEqualTo(200);
    assertThat(backlog.waitedMs(now + 1_000)).isEqualTo(1_200);
  }

  @Test
  void beginsAnewWithEachStep() {
    look(9, 5);
    look(9, 5);
    look(9, 6);
    look(9, 6);

    assertThat(backlog.waitedMs(now)).isEqualTo(100);
  }

  @Test
  void endsWhenNothingWaits() {
    look(9, 5);
    look(9, 5);
    look(9, 9);

    assertThat(backlog.waitedMs(now)).isZero();
  }

  @Test
  void doesNotCountATimeInWhichNobodyLooked() {
    look(9, 5);
    look(9, 5);
    now += 20_000;
    look(9, 5);
    assertThat(backlog.waitedMs(now)).isZero();
    look(9, 5);

    assertThat(backlog.waitedMs(now)).isEqualTo(100);
  }

  private void look(long wanted, long done) {
    now += 100;
    backlog.look(wanted, done, now);
  }
}
