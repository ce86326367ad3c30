package dev.flashq.statemachine.rate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.RateLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A rate limit is a promise about every window of its duration. */
class RateWindowTest {
  private static final RateLimit LIMIT = new RateLimit(3, 1_000);

  @Test
  void letsAllOfItsJobsGoAtOnceAndThenNone() {
    RateWindow window = RateWindow.empty(LIMIT);
    for (int left = 3; left > 0; left--) {
      assertThat(window.jobs(5_000)).isEqualTo(left);
      window = window.take(5_000);
    }

    assertThat(window.jobs(5_000)).isZero();
    assertThat(window.jobs(5_999)).isZero();
    assertThat(window.jobs(6_016)).isEqualTo(3);
  }

  /** A queue that is always full, looked at whenever something may go, and at random. */
  @Test
  void noWindowHoldsMoreThanTheLimitAndLittleIsLost() {
    var random = new Random(7);
    RateWindow window = RateWindow.empty(new RateLimit(10, 1_000));
    List<Long> taken = new ArrayList<>();
    long now = 1_234_567;
    long end = now + 100_000;
    while (now < end) {
      for (long jobs = window.jobs(now); jobs > 0 && random.nextInt(4) > 0; jobs--) {
        window = window.take(now);
        taken.add(now);
      }
      now =
          random.nextBoolean()
              ? now + 1 + random.nextInt(20)
              : Math.max(now + 1, window.nextAt(now));
    }

    for (int i = 10; i < taken.size(); i++) {
      assertThat(taken.get(i) - taken.get(i - 10)).isGreaterThanOrEqualTo(1_000);
    }
    assertThat(taken).hasSizeGreaterThan(950);
  }

  @Test
  void saysWhenTheNextJobMayGo() {
    RateWindow window = RateWindow.empty(LIMIT).take(1_000).take(1_500).take(1_900);

    long next = window.nextAt(1_950);

    assertThat(next).isBetween(2_000L, 2_016L);
    assertThat(window.jobs(next - 1)).isZero();
    assertThat(window.jobs(next)).isEqualTo(1);
  }

  @Test
  void neverComesWithoutALimitAboveNothing() {
    assertThat(RateWindow.empty(new RateLimit(0, 1_000)).nextAt(5)).isEqualTo(Long.MAX_VALUE);
  }

  /** Workers set their limit at every start. */
  @Test
  void settingTheSameLimitAgainAllowsNothingMore() {
    RateWindow used = RateWindow.empty(LIMIT).take(1_000).take(1_000).take(1_000);

    assertThat(used.under(LIMIT, 1_100).jobs(1_100)).isZero();
  }

  @Test
  void anotherNumberOrDurationCountsWhatHasGone() {
    RateWindow used = RateWindow.empty(LIMIT).take(1_000).take(1_000).take(1_000);

    assertThat(used.under(new RateLimit(5, 1_000), 1_100).jobs(1_100)).isEqualTo(2);
    assertThat(used.under(new RateLimit(2, 1_000), 1_100).jobs(1_100)).isZero();
    assertThat(used.under(new RateLimit(5, 60_000), 1_100).jobs(1_100)).isEqualTo(2);
    assertThat(used.under(new RateLimit(5, 60_000), 1_100).jobs(62_200)).isEqualTo(5);
    assertThat(used.under(new RateLimit(5, 10), 1_900).jobs(1_900)).isEqualTo(5);
  }

  /** A delivery under a long limit must not hold a short one back for the length of its slot. */
  @Test
  void aShorterLimitIsNotHeldBackByTheOldSlots() {
    RateWindow used = RateWindow.empty(new RateLimit(5, Limits.DURATION_MS)).take(1_000);

    RateWindow shorter = used.under(new RateLimit(1, 100), 2_000);

    assertThat(shorter.jobs(2_000)).isZero();
    assertThat(shorter.jobs(2_110)).isEqualTo(1);
  }

  @Test
  void comesBackFromItsStoredForm() {
    RateWindow used = RateWindow.empty(LIMIT).take(1_000).take(1_500);

    RateWindow read = RateWindow.of(LIMIT, used.first(), used.counts());

    assertThat(read.jobs(1_600)).isEqualTo(1);
    assertThat(read.jobs(2_016)).isEqualTo(2);
  }

  @Test
  void theShortestAndTheLongestDurationHold() {
    RateWindow shortest = RateWindow.empty(new RateLimit(1, 1)).take(7);
    assertThat(shortest.jobs(7)).isZero();
    assertThat(shortest.jobs(9)).isEqualTo(1);

    RateWindow longest = RateWindow.empty(new RateLimit(1_000_000, Limits.DURATION_MS)).take(7);
    assertThat(longest.jobs(Limits.DURATION_MS)).isEqualTo(1_000_000 - 1);
    assertThat(longest.counts()).hasSizeLessThanOrEqualTo(66);
  }
}
