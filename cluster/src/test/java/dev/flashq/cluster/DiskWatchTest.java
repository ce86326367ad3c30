package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.config.Timing;
import dev.flashq.cluster.schedule.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskWatchTest {
  private static final long LIMIT_MS = 1_000;

  private final VirtualTime time = new VirtualTime();
  private final List<Boolean> mayLead = new ArrayList<>();
  private long logMs;
  private long applyMs;
  private final DiskWatch watch =
      new DiskWatch(LIMIT_MS, () -> logMs, () -> applyMs, mayLead::add, time);

  @Test
  void aNodeWhoseDiskIsSlowMayLead() {
    look(LIMIT_MS, 0);
    look(0, DiskWatch.APPLY_TIMES * LIMIT_MS);

    assertThat(mayLead).isEmpty();
  }

  @Test
  void aNodeWhoseDiskHangsMayNotLeadUntilItHasWorkedForAWhile() {
    look(LIMIT_MS + 1, 0);
    look(LIMIT_MS + 100, 0);
    assertThat(mayLead).containsExactly(false);

    time.pass(LIMIT_MS);
    look(LIMIT_MS + 1_000, 0);
    look(0, 0);
    time.pass(LIMIT_MS - 1);
    look(0, 0);
    assertThat(mayLead).containsExactly(false);

    time.pass(1);
    look(0, 0);
    assertThat(mayLead).containsExactly(false, true);
  }

  @Test
  void aNodeThatCannotApplyMayNotLead() {
    look(0, DiskWatch.APPLY_TIMES * LIMIT_MS + 1);

    assertThat(mayLead).containsExactly(false);
  }

  @Test
  void showsTheLongerStall() {
    look(30, 70);
    assertThat(watch.stallMs()).isEqualTo(70);
    look(80, 70);
    assertThat(watch.stallMs()).isEqualTo(80);
  }

  @Test
  void theLimitFollowsTheElectionTimeoutWithinBounds() {
    assertThat(Timing.DEFAULT.diskStallMs()).isEqualTo(1_600);
    assertThat(new Timing(50, 60, 2_000).diskStallMs()).isEqualTo(500);
    assertThat(new Timing(5_000, 60_000, 60_000).diskStallMs()).isEqualTo(10_000);
  }

  private void look(long logMs, long applyMs) {
    this.logMs = logMs;
    this.applyMs = applyMs;
    watch.look();
  }
}
