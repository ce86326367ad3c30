package dev.flashq.statemachine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.QueueEngine.Deliverable;
import dev.flashq.statemachine.rate.RateWindow;
import org.junit.jupiter.api.Test;

/** What other threads may know of a queue, for any time from now on. */
class GateTest {
  private static final long NOW = 1_000_000;

  @Test
  void withoutALimitLetsEverythingGoThatIsFree() {
    assertThat(new Gate(7, null).at(NOW)).isEqualTo(new Deliverable(7, 0));
    assertThat(new Gate(7, null).opens()).isTrue();
  }

  @Test
  void neverPromisesMoreThanOnePullMayTake() {
    assertThat(new Gate(1_000_000_000_000L, null).at(NOW).jobs())
        .isEqualTo(Limits.JOBS_PER_DELIVERY);
  }

  @Test
  void isShutWhenNothingIsFree() {
    assertThat(Gate.SHUT.at(NOW)).isEqualTo(Deliverable.NOTHING);
    assertThat(Gate.SHUT.opens()).isFalse();
    assertThat(new Gate(0, full(5, 1_000)).at(NOW)).isEqualTo(Deliverable.NOTHING);
  }

  @Test
  void aFreshLimitLetsAllOfItGo() {
    assertThat(new Gate(9, full(5, 1_000)).at(NOW)).isEqualTo(new Deliverable(5, 0));
    assertThat(new Gate(3, full(5, 1_000)).at(NOW)).isEqualTo(new Deliverable(3, 0));
  }

  @Test
  void aUsedUpLimitSaysWhenTheNextJobMayGo() {
    Gate gate = new Gate(9, empty(5, 640));

    assertThat(gate.at(NOW)).isEqualTo(new Deliverable(0, 650));
    assertThat(gate.at(NOW + 649)).isEqualTo(new Deliverable(0, 1));
    assertThat(gate.at(NOW + 650)).isEqualTo(new Deliverable(5, 0));
    assertThat(gate.at(NOW + 50_000)).isEqualTo(new Deliverable(5, 0));
  }

  @Test
  void aLimitOfNothingNeverOpensByItself() {
    Gate gate = new Gate(9, empty(0, 1_000));

    assertThat(gate.at(NOW + 1_000_000)).isEqualTo(Deliverable.NOTHING);
    assertThat(gate.opens()).isFalse();
  }

  private static RateWindow full(long max, long durationMs) {
    return RateWindow.empty(new RateLimit(max, durationMs));
  }

  private static RateWindow empty(long max, long durationMs) {
    RateWindow window = full(max, durationMs);
    for (long i = 0; i < max; i++) {
      window = window.take(NOW);
    }
    return window;
  }
}
