package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may use a port, by the address. */
class AddressRulesTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.0.0.0/8, ::ffff:10.1.2.3, true",
    "172.16.0.0/12, 172.31.255.255, true",
    "172.16.0.0/12, 172.32.0.0, false",
    "192.168.1.128/25, 192.168.1.127, false",
    "192.168.1.128/25, 192.168.1.128, true",
    "192.168.1.7, 192.168.1.7, true",
    "192.168.1.7, 192.168.1.6, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "::/0, fd00::1, true",
    "::/0, 203.0.113.9, false",
    "::ffff:10.0.0.0/104, 10.9.9.9, true",
    "::ffff:10.0.0.0/104, 11.9.9.9, false",
    "fd00::/8, fdff::1, true",
    "fd00::/8, fc00::1, false",
    "2001:db8:0:8000::/49, 2001:db8:0:8001::1, true",
    "2001:db8:0:8000::/49, 2001:db8:0:7fff::1, false",
    "::1/128, ::1, true",
    "::1/128, 127.0.0.1, false",
  })
  void aNetworkHasItsAddresses(String network, String address, boolean contained) {
    assertThat(Cidr.parse(network).contains(Cidr.address(address))).isEqualTo(contained);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/8",
        "10",
        "10.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "10.0.0.256",
        "localhost",
        "example.org/8",
        "fd00::/129",
        "fd00:::/8",
        "::ffff:10.0.0.0/95",
        "fe80::1%eth0",
        "10.0.0.0/9999999999",
        "0x0a.0.0.0/8",
        "[::1]"
      })
  void refusesWhatIsNoNetwork(String text) {
    assertThatThrownBy(() -> Cidr.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a network like 10.0.0.0/8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1/8", "10.128.0.0/8", "fd00::1/8"})
  void refusesANetworkThatMeansSomethingElseThanItSays(String text) {
    assertThatThrownBy(() -> Cidr.parse(text))
        .hasMessage("a network whose address is zero after the first 8 bits");
  }

  @Test
  void letsEverybodyInWithoutRules() {
    assertThat(admits(AddressRules.OPEN, "203.0.113.9")).isTrue();
    assertThat(admits(AddressRules.OPEN, "2001:db8::1")).isTrue();
  }

  @Test
  void whatIsDeniedIsDeniedAlsoWhereItIsAllowed() {
    AddressRules rules =
        new AddressRules(networks("10.0.0.0/8", "fd00::/8"), networks("10.9.0.0/16"));

    assertThat(admits(rules, "10.8.0.1")).isTrue();
    assertThat(admits(rules, "fd00::1")).isTrue();
    assertThat(admits(rules, "10.9.0.1")).isFalse();
    assertThat(admits(rules, "::ffff:10.9.0.1")).isFalse();
    assertThat(admits(rules, "192.168.0.1")).isFalse();
  }

  @Test
  void denyAloneLeavesTheOthers() {
    AddressRules rules = new AddressRules(List.of(), networks("10.9.0.0/16"));

    assertThat(admits(rules, "10.9.0.1")).isFalse();
    assertThat(admits(rules, "192.168.0.1")).isTrue();
  }

  private static List<Cidr> networks(String... texts) {
    return Stream.of(texts).map(Cidr::parse).toList();
  }

  private static boolean admits(AddressRules rules, String address) {
    return rules.admit(Cidr.address(address));
  }
}
