package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The recipes for firewalls, with addresses of a network of two namespaces, which nothing leaves: a
 * node in one of them, everybody else in the other. Nobody listens: a packet that is let in is
 * answered with a refusal, one that is not is not answered.
 */
@NeedsPrograms({
  "ip netns list",
  "unshare --net true",
  "nft --version",
  "iptables-restore --version",
  "ip6tables-restore --version",
  "curl --version"
})
class FirewallTest {
  private static final String NODE = "flashq-node-" + ProcessHandle.current().pid();
  private static final String OTHERS = "flashq-others-" + ProcessHandle.current().pid();

  /** Last parts of the addresses of a member, a client, monitoring and a stranger. */
  private static final List<Integer> SOURCES = List.of(11, 33, 65, 200);

  private static final List<Integer> PORTS = List.of(6789, 6790, 7789, 6792, 22);
  private static final List<String> OPEN =
      List.of(
          "11 to 22",
          "11 to 7789",
          "200 to 22",
          "33 to 22",
          "33 to 6789",
          "33 to 6790",
          "65 to 22",
          "65 to 6792");

  /** What curl says when it was refused, and when nobody has answered. */
  private static final int REFUSED = 7;

  private static final int NO_ANSWER = 28;

  @TempDir Path folder;

  @BeforeEach
  void joinTwoNamespaces() {
    run("ip", "netns", "add", NODE);
    run("ip", "netns", "add", OTHERS);
    run(
        "ip", "-n", NODE, "link", "add", "inside", "type", "veth", "peer", "name", "outside",
        "netns", OTHERS);
    run("ip", "-n", NODE, "link", "set", "lo", "up");
    run("ip", "-n", NODE, "link", "set", "inside", "up");
    run("ip", "-n", OTHERS, "link", "set", "outside", "up");
    address(NODE, "inside", 1);
    SOURCES.forEach(source -> address(OTHERS, "outside", source));
  }

  private static void address(String namespace, String device, int last) {
    run("ip", "-n", namespace, "addr", "add", "172.30.79." + last + "/24", "dev", device);
    run("ip", "-n", namespace, "addr", "add", "fd00:79::" + last + "/64", "dev", device, "nodad");
  }

  @AfterEach
  void removeThem() {
    Program.run("ip", "netns", "del", NODE);
    Program.run("ip", "netns", "del", OTHERS);
  }

  @Test
  void nftablesLetsInWhoBelongsThere() {
    String rules = here("firewall/flashq.nft").write(folder.resolve("flashq.nft")).toString();
    inNode("nft", "-f", rules);
    inNode("nft", "-f", rules); // as after a change: it takes its own table's place

    assertThat(inNode("nft", "list", "tables").lines()).containsExactly("table inet flashq");
    letsInWhoBelongsThere();
  }

  @Test
  void iptablesLetsInWhoBelongsThere() {
    String script = here("firewall/iptables.sh").write(folder.resolve("iptables.sh")).toString();
    inNode("sh", script);
    inNode("sh", script);

    for (String family : List.of("iptables", "ip6tables")) {
      assertThat(inNode(family, "-S", "INPUT").lines())
          .containsExactly("-P INPUT ACCEPT", "-A INPUT -j FLASHQ");
    }
    letsInWhoBelongsThere();
  }

  /** Also as they stand, and with the ports that the configuration has. */
  @Test
  void bothAreWellFormedAndNameTheSame() {
    inNode("nft", "-c", "-f", Recipe.FOLDER.resolve("firewall/flashq.nft").toString());
    inNode("sh", Recipe.FOLDER.resolve("firewall/iptables.sh").toString());

    Recipe nft = Recipe.of("firewall/flashq.nft");
    Recipe iptables = Recipe.of("firewall/iptables.sh");
    for (Recipe recipe : List.of(nft, iptables)) {
      assertThat(recipe.text()).contains("6789", "6790", "7789", "6792");
    }
    assertThat(addresses(nft)).isEqualTo(addresses(iptables)).hasSize(10);
  }

  private static SortedSet<String> addresses(Recipe recipe) {
    return Pattern.compile("(10\\.[\\d.]+|fd00:[\\da-f:]+)(/\\d+)?")
        .matcher(recipe.text())
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Recipe here(String file) {
    return Recipe.of(file)
        .with("10.0.1.11", "172.30.79.11")
        .with("10.0.2.11", "172.30.79.12")
        .with("10.0.3.11", "172.30.79.13")
        .with("10.0.0.0/8", "172.30.79.32/28")
        .with("10.0.9.0/24", "172.30.79.64/28")
        .with("fd00:1::11", "fd00:79::11")
        .with("fd00:2::11", "fd00:79::12")
        .with("fd00:3::11", "fd00:79::13")
        .with("fd00::/8", "fd00:79::30/124")
        .with("fd00:9::/64", "fd00:79::60/124");
  }

  private static void letsInWhoBelongsThere() {
    for (String network : List.of("172.30.79.", "fd00:79::")) {
      assertThat(open(network)).as(network).containsExactlyElementsOf(OPEN);
    }
    assertThat(knock(NODE, "127.0.0.1", "127.0.0.1", 6792)).isEqualTo(REFUSED);
    assertThat(knock(NODE, "172.30.79.1", "172.30.79.1", 7789)).isEqualTo(REFUSED);
  }

  /** All at once, for who is not answered waits. */
  private static SortedSet<String> open(String network) {
    var open = new TreeSet<String>();
    var waiting = new ArrayList<CompletableFuture<String>>();
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int source : SOURCES) {
        for (int port : PORTS) {
          waiting.add(
              CompletableFuture.supplyAsync(
                  () -> {
                    int answer = knock(OTHERS, network + source, network + 1, port);
                    assertThat(answer).isIn(REFUSED, NO_ANSWER);
                    return answer == REFUSED ? source + " to " + port : "";
                  },
                  each));
        }
      }
      waiting.stream().map(CompletableFuture::join).filter(s -> !s.isEmpty()).forEach(open::add);
    }
    return open;
  }

  private static int knock(String namespace, String from, String to, int port) {
    String host = to.indexOf(':') < 0 ? to : "[" + to + "]";
    return Program.run(
            Map.of(),
            in(
                namespace,
                "curl",
                "-gs",
                "--noproxy",
                "*",
                "--interface",
                from,
                "--connect-timeout",
                "2",
                "http://" + host + ":" + port + "/"))
        .exitCode();
  }

  private static String inNode(String... command) {
    return Program.run(Map.of(), in(NODE, command)).checked();
  }

  private static List<String> in(String namespace, String... command) {
    return Stream.concat(Stream.of("ip", "netns", "exec", namespace), Stream.of(command)).toList();
  }

  private static void run(String... command) {
    Program.run(command).checked();
  }
}
