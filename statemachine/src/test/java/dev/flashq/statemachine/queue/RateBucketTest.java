package dev.flashq.statemachine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.RateLimit;
import org.junit.jupiter.api.Test;

class RateBucketTest {
  private static final RateLimit LIMIT = new RateLimit(3, 1_000);

  @Test
  void beginsFullAndEmptiesJobByJob() {
    RateBucket bucket = RateBucket.full(LIMIT, 0);
    for (int left = 3; left > 0; left--) {
      assertThat(bucket.jobs()).isEqualTo(left);
      bucket = bucket.take();
    }
    assertThat(bucket.jobs()).isZero();
    assertThat(bucket.nextAt()).isEqualTo(334);
  }

  @Test
  void regainsEvenlyAndLosesNoPartOfAJob() {
    RateBucket bucket = RateBucket.full(LIMIT, 0).take().take().take();
    int taken = 0;
    for (long now = 1; now <= 100_000; now++) {
      bucket = bucket.at(now);
      while (bucket.jobs() > 0) {
        bucket = bucket.take();
        taken++;
      }
    }
    assertThat(taken).isEqualTo(300);
  }

  @Test
  void neverHoldsMoreThanItsLimit() {
    assertThat(RateBucket.full(LIMIT, 0).at(1_000_000_000).jobs()).isEqualTo(3);
  }

  @Test
  void theGreatestLimitOverTheLongestTimeDoesNotOverflow() {
    RateBucket bucket = RateBucket.full(new RateLimit(RateLimit.MAX, Limits.DURATION_MS), 0).take();

    assertThat(bucket.jobs()).isEqualTo(RateLimit.MAX - 1);
    assertThat(bucket.at(Limits.DURATION_MS).jobs()).isEqualTo(RateLimit.MAX);
    assertThat(bucket.at(Long.MAX_VALUE / 2).jobs()).isEqualTo(RateLimit.MAX);
  }
}
