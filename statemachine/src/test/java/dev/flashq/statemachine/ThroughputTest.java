package dev.flashq.statemachine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ThroughputTest {
  private static final long START = 1_700_000_000_000L;

  private static Throughput completed(int jobs, long at, Throughput throughput) {
    Throughput more = throughput;
    for (int i = 0; i < jobs; i++) {
      more = more.completedAt(at);
    }
    return more;
  }

  @Test
  void isNothingAtFirst() {
    assertThat(Throughput.NONE.perSecond(START)).isZero();
    assertThat(Throughput.NONE.perSecond(0)).isZero();
  }

  @Test
  void countsTheWindowBeforeAsFarAsItIsNotPast() {
    Throughput throughput = completed(100, START, Throughput.NONE);
    throughput = completed(50, START + 12_500, throughput);
    assertThat(throughput).isEqualTo(new Throughput(START / 10_000 + 1, 50, 100));
    assertThat(throughput.perSecond(START + 12_500)).isEqualTo((50 + 75) / 10.0);
    assertThat(throughput.perSecond(START + 19_999)).isEqualTo(5, offset(0.01));
  }

  @Test
  void fallsToNothingWhenNothingIsCompletedAnyMore() {
    Throughput throughput = completed(100, START + 9_000, Throughput.NONE);
    assertThat(throughput.perSecond(START + 10_000)).isEqualTo(10);
    assertThat(throughput.perSecond(START + 15_000)).isEqualTo(5);
    assertThat(throughput.perSecond(START + 20_000)).isZero();
    assertThat(throughput.perSecond(Long.MAX_VALUE)).isZero();
  }

  @Test
  void forgetsWindowsThatAreNotTheOneBefore() {
    Throughput throughput = completed(100, START, Throughput.NONE);
    assertThat(throughput.completedAt(START + 20_000).before()).isZero();
  }

  @Test
  void takesAClockThatIsBehindForTheStartOfTheWindow() {
    Throughput throughput = completed(30, START + 10_000, completed(10, START, Throughput.NONE));
    assertThat(throughput.perSecond(START + 3_000)).isEqualTo(4);
    assertThat(throughput.perSecond(0)).isEqualTo(4);
  }

  @Test
  void isNearTheTruthUnderSteadyLoad() {
    var random = new Random(5);
    Throughput throughput = Throughput.NONE;
    double now = START;
    for (int i = 0; i < 50_000; i++) {
      now += -Math.log(1 - random.nextDouble()) * 2;
      throughput = throughput.completedAt((long) now);
      if (i > 10_000 && i % 100 == 0) {
        assertThat(throughput.perSecond((long) now)).isEqualTo(500, offset(50.0));
      }
    }
  }
}
