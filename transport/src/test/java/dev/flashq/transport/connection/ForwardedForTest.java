package dev.flashq.transport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.security.AddressRules;
import dev.flashq.security.Cidr;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a request of a proxy comes from. */
class ForwardedForTest {
  private static final List<Cidr> PROXIES =
      List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8"));

  @ParameterizedTest
  @CsvSource({
    "'203.0.113.7', 203.0.113.7",
    // What the client itself has written in front is not believed.
    "'192.0.2.1, 203.0.113.7', 203.0.113.7",
    "'203.0.113.7, 10.0.0.2', 203.0.113.7",
    "'192.0.2.1,203.0.113.7 ,10.0.0.2 , fd00::2', 203.0.113.7",
    "'10.0.0.3, 10.0.0.2', 10.0.0.3",
    "'203.0.113.7:41234', 203.0.113.7",
    "'[2001:db8::7]:41234', 2001:db8::7",
    "'[2001:db8::7]', 2001:db8::7",
    "'2001:db8::7', 2001:db8::7",
    "'::ffff:203.0.113.7', 203.0.113.7",
    "'', 10.0.0.1",
    "',', 10.0.0.1",
    "'unknown', 10.0.0.1",
    "'203.0.113.7, unknown', 10.0.0.1",
    "'203.0.113.7, localhost, 10.0.0.2', 10.0.0.2",
    "'[', 10.0.0.1",
    "'1', 10.0.0.1",
  })
  void isTheLastWhoIsNoTrustedProxy(String field, String client) {
    assertThat(client(field)).isEqualTo(Cidr.address(client).getHostAddress());
  }

  @Test
  void joinsTheFieldsInTheirOrder() {
    assertThat(client("192.0.2.1", "203.0.113.7", "10.0.0.2")).isEqualTo("203.0.113.7");
    assertThat(client()).isEqualTo("10.0.0.1");
  }

  private static String client(String... fields) {
    return ForwardedFor.client(
            Cidr.address("10.0.0.1"),
            List.of(fields),
            address -> AddressRules.contains(PROXIES, address))
        .getHostAddress();
  }
}
