package dev.flashq.transport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class LoginFailuresTest {
  private long now;
  private final LoginFailures failures = new LoginFailures(() -> now);

  private static InetSocketAddress from(int host, int port) {
    return new InetSocketAddress("10.0." + host / 256 + "." + host % 256, port);
  }

  @Test
  void eachFailureOfAnAddressDoublesTheWaitUpToALimit() {
    assertThat(failures.add(from(1, 1), 100)).isEqualTo(100);
    assertThat(failures.add(from(1, 2), 100)).isEqualTo(200);
    assertThat(failures.add(from(2, 1), 100)).isEqualTo(100);
    for (int i = 0; i < 20; i++) {
      failures.add(from(1, 3), 100);
    }
    assertThat(failures.add(from(1, 3), 100)).isEqualTo(6400);
  }

  @Test
  void aFailureIsForgivenAfterAWhile() {
    failures.add(from(1, 1), 100);
    failures.add(from(1, 1), 100);
    now += 10_000;
    assertThat(failures.add(from(1, 1), 100)).isEqualTo(200);
    now += 100_000;
    assertThat(failures.add(from(1, 1), 100)).isEqualTo(100);
  }

  @Test
  void remembersABoundedNumberOfAddresses() {
    failures.add(from(0, 1), 100);
    for (int host = 1; host <= 4096; host++) {
      failures.add(from(host, 1), 100);
    }
    assertThat(failures.add(from(0, 1), 100)).isEqualTo(100);
    assertThat(failures.add(from(4096, 1), 100)).isEqualTo(200);
  }
}
