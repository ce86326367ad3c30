package dev.flashq.cluster.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.PeerCertificates;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {
  private static final Path NONE = Path.of("none");
  private static final Member ONE = new Member("n1", "127.0.0.1", 7001);
  private static final Member TWO = new Member("n2", "127.0.0.1", 7002);

  @Test
  void derivesTheGroupFromTheName() {
    assertThat(settings("a", List.of(ONE, TWO)).group())
        .isEqualTo(settings("a", List.of(ONE)).group());
    assertThat(settings("a", List.of(ONE)).group())
        .isNotEqualTo(settings("b", List.of(ONE)).group());
  }

  @Test
  void refusesWhatCannotWork() {
    assertRefused("", List.of(ONE), "A cluster's name has");
    assertRefused("a", List.of(TWO), "Node n1 is not among the members");
    assertRefused(
        "a", List.of(ONE, new Member("n1", "127.0.0.1", 7003)), "Two members have the same id");
    assertRefused(
        "a",
        List.of(ONE, new Member("n3", "127.0.0.1", 7001)),
        "Two members have the same address");
    assertThatThrownBy(() -> new Member("a/b", "host", 1)).hasMessageContaining("A node id has");
    assertThatThrownBy(() -> new Member("a", "host", 0))
        .hasMessageContaining("between 1 and 65535");
  }

  @Test
  void writesAddresses() {
    assertThat(ONE.address()).isEqualTo("127.0.0.1:7001");
    assertThat(new Member("n6", "::1", 7001).address()).isEqualTo("[::1]:7001");
  }

  private static ClusterSettings settings(String cluster, List<Member> members) {
    return new ClusterSettings(
        cluster, "n1", members, NONE, new PeerCertificates(NONE, NONE, NONE));
  }

  private static void assertRefused(String cluster, List<Member> members, String sentence) {
    assertThatThrownBy(() -> settings(cluster, members))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }
}
