package dev.flashq.client.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.client.FlashQException;
import dev.flashq.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PushLimiterTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private final AtomicLong now =
      new AtomicLong(Long.MAX_VALUE - 1000); // the clock may pass its end

  private void advance(Duration by) {
    now.addAndGet(by.toNanos());
  }

  @Test
  void refusesWhatIsAboveTheLimitByQueue() {
    var limiter = new PushLimiter(100, MINUTE, now::get);
    for (int i = 0; i < 100; i++) {
      limiter.acquire("emails");
    }

    assertThatThrownBy(() -> limiter.acquire("emails"))
        .isInstanceOfSatisfying(
            FlashQException.class,
            e -> {
              assertThat(e.sentence()).isEqualTo("Rate limit exceeded for queue: emails");
              assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
            });
    assertThat(limiter.tryAcquire("payments")).isTrue();
    advance(MINUTE.minusMillis(1));
    assertThat(limiter.tryAcquire("emails")).isFalse();
    advance(Duration.ofSeconds(2));
    assertThat(limiter.tryAcquire("emails")).isTrue();
  }

  @Test
  void letsNoWindowHaveMore() {
    int max = 20;
    Duration window = Duration.ofMillis(640);
    var limiter = new PushLimiter(max, window, now::get);
    var random = new Random(7);
    List<Long> taken = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      advance(
          Duration.ofNanos(random.nextInt(40) == 0 ? 900_000_000L : random.nextInt(30_000_000)));
      if (limiter.tryAcquire("q")) {
        taken.add(now.get());
      }
    }
    for (int i = max; i < taken.size(); i++) {
      assertThat(taken.get(i) - taken.get(i - max)).isGreaterThanOrEqualTo(window.toNanos());
    }
    assertThat(taken.size()).isGreaterThan(8_000);
  }

  @Test
  void forgetsAQueueOnlyWhenItsWindowIsEmpty() {
    var limiter = new PushLimiter(1, MINUTE, now::get);
    for (int i = 0; i < PushLimiter.MAX_QUEUES; i++) {
      assertThat(limiter.tryAcquire("q" + i)).isTrue();
    }
    assertThatThrownBy(() -> limiter.tryAcquire("another"))
        .isInstanceOf(FlashQException.class)
        .hasMessageStartingWith("LIMIT_EXCEEDED");
    assertThat(limiter.tryAcquire("q0")).isFalse();

    advance(MINUTE.plusSeconds(2));
    assertThat(limiter.tryAcquire("another")).isTrue();
    assertThat(limiter.tryAcquire("q0")).isTrue();
    assertThat(limiter.tryAcquire("q0")).isFalse();
  }

  @Test
  void holdsForAllThreadsTogether() throws InterruptedException {
    var limiter = new PushLimiter(500, MINUTE);
    var taken = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int n = 0; n < 200; n++) {
                      taken.addAndGet(limiter.tryAcquire("q") ? 1 : 0);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(taken).hasValue(500);
  }

  @Test
  void refusesLimitsThatAreNone() {
    assertThatThrownBy(() -> new PushLimiter(0, MINUTE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PushLimiter(1, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
