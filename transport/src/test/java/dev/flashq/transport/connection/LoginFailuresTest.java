package dev.flashq.transport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class LoginFailuresTest {
  private long now;
  private final LoginFailures failures = new LoginFailures(() -> now);

  private static InetAddress from(int host) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, (byte) (host / 256), (byte) host});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void eachFailureOfAnAddressDoublesTheWaitUpToALimit() {
    assertThat(failures.add(from(1), 100)).isEqualTo(100);
    assertThat(failures.add(from(1), 100)).isEqualTo(200);
    assertThat(failures.add(from(2), 100)).isEqualTo(100);
    for (int i = 0; i < 20; i++) {
      failures.add(from(1), 100);
    }
    assertThat(failures.add(from(1), 100)).isEqualTo(6400);
  }

  @Test
  void aFailureIsForgivenAfterAWhile() {
    failures.add(from(1), 100);
    failures.add(from(1), 100);
    now += 10_000;
    assertThat(failures.add(from(1), 100)).isEqualTo(200);
    now += 100_000;
    assertThat(failures.add(from(1), 100)).isEqualTo(100);
  }

  @Test
  void remembersABoundedNumberOfAddresses() {
    failures.add(from(0), 100);
    for (int host = 1; host <= 4096; host++) {
      failures.add(from(host), 100);
    }
    assertThat(failures.add(from(0), 100)).isEqualTo(100);
    assertThat(failures.add(from(4096), 100)).isEqualTo(200);
  }
}
