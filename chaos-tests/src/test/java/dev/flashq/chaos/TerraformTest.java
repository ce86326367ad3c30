package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.chaos.Hcl.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipe for Terraform: what refers to something finds it, and the ports are the nodes'. */
class TerraformTest {
  private static final Block ALL =
      Hcl.parse(
          Stream.of("main.tf", "variables.tf", "outputs.tf")
              .map(file -> Recipe.of("terraform/" + file).text())
              .reduce("", String::concat));

  private static final Pattern REFERENCE =
      Pattern.compile("\\b(var|local|data\\.\\w+|aws_\\w+)\\.(\\w+)");

  private static List<Block> resources(String type) {
    return ALL.all("resource").stream()
        .filter(block -> block.labels().getFirst().equals(type))
        .toList();
  }

  private static Block resource(String type, String name) {
    return resources(type).stream()
        .filter(block -> block.labels().getLast().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> locals() {
    return ALL.all("locals").getFirst().attributes();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a {",
        "a = ",
        "a = [1, (2]",
        "a = \"b",
        "a \"b\" = 1",
        "}",
        "a = 1\na = 2",
        "a \"b\" {\n  c = 1\n"
      })
  void whatIsNotWellFormedIsNoticed(String text) {
    assertThatThrownBy(() -> Hcl.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everythingThatIsNamedIsThere() {
    var declared = new ArrayList<String>();
    ALL.all("variable").forEach(block -> declared.add("var." + block.labels().getFirst()));
    locals().keySet().forEach(name -> declared.add("local." + name));
    ALL.all("data").forEach(block -> declared.add("data." + String.join(".", block.labels())));
    ALL.all("resource").forEach(block -> declared.add(String.join(".", block.labels())));

    List<String> named = expressions(ALL).flatMap(TerraformTest::named).toList();

    assertThat(declared).doesNotHaveDuplicates().containsAll(named);
    assertThat(named)
        .as("all variables, and what is computed of them, are of use")
        .containsAll(
            declared.stream().filter(name -> name.matches("(var|local|data)\\..*")).toList());
  }

  private static Stream<String> named(String expression) {
    return REFERENCE.matcher(expression).results().map(found -> found.group());
  }

  private static Stream<String> expressions(Block block) {
    return Stream.concat(
        block.attributes().values().stream(),
        block.blocks().stream().flatMap(TerraformTest::expressions));
  }

  @Test
  void onlyTheMembersReachThePortOfThePeers() {
    for (String direction : List.of("ingress", "egress")) {
      Block peers = resource("aws_vpc_security_group_" + direction + "_rule", "peers");
      assertThat(peers.get("security_group_id")).isEqualTo("aws_security_group.node.id");
      assertThat(peers.get("referenced_security_group_id"))
          .isEqualTo(peers.get("security_group_id"));
      assertThat(ports(peers)).isEqualTo("local.peer_port");
    }
  }

  /** Both ends of the range of a rule, which are the same. */
  private static String ports(Block rule) {
    assertThat(rule.get("ip_protocol")).isEqualTo("\"tcp\"");
    assertThat(rule.get("from_port")).isEqualTo(rule.get("to_port"));
    return rule.get("from_port");
  }

  @Test
  void clientsReachTheirPortsAndMonitoringItsOwn() {
    assertThat(locals())
        .containsEntry("client_ports", "toset([\"6789\", \"6790\"])")
        .containsEntry("peer_port", "7789")
        .containsEntry("ops_port", "6792");
    Block clients = resource("aws_vpc_security_group_ingress_rule", "clients");
    assertThat(clients.get("for_each"))
        .contains("setproduct(var.client_cidrs, local.client_ports)");
    assertThat(clients.get("cidr_ipv4")).isEqualTo("each.value[0]");
    assertThat(ports(clients)).isEqualTo("tonumber(each.value[1])");
    Block monitoring = resource("aws_vpc_security_group_ingress_rule", "monitoring");
    assertThat(monitoring.get("for_each")).isEqualTo("toset(var.monitoring_cidrs)");
    assertThat(monitoring.get("cidr_ipv4")).isEqualTo("each.value");
    assertThat(ports(monitoring)).isEqualTo("local.ops_port");
    assertThat(resources("aws_vpc_security_group_ingress_rule"))
        .extracting(block -> block.labels().getLast())
        .containsExactlyInAnyOrder("peers", "clients", "monitoring", "endpoint");
  }

  @Test
  void nothingLeadsToTheInternet() {
    assertThat(ALL.all("resource"))
        .extracting(block -> block.labels().getFirst())
        .doesNotContain("aws_internet_gateway", "aws_nat_gateway", "aws_route", "aws_eip");
    assertThat(expressions(ALL)).noneMatch(text -> text.contains("0.0.0.0/0"));
    assertThat(resources("aws_vpc_security_group_egress_rule"))
        .hasSize(3)
        .noneMatch(block -> block.attributes().containsKey("cidr_ipv4"))
        .allMatch(block -> !ports(block).isEmpty());
    assertThat(resource("aws_default_security_group", "closed").attributes())
        .containsOnlyKeys("vpc_id");
  }

  @Test
  void threeZonesHaveANodeEach() {
    for (String type : List.of("aws_subnet", "aws_network_interface")) {
      assertThat(resource(type, "node").get("count")).isEqualTo("3");
    }
    assertThat(resource("aws_subnet", "node").get("availability_zone"))
        .isEqualTo("var.zones[count.index]");
    assertThat(ALL.all("variable"))
        .filteredOn(block -> block.labels().contains("zones"))
        .first()
        .satisfies(
            zones ->
                assertThat(zones.get("default"))
                    .isEqualTo("[\"us-east-1a\", \"us-east-1b\", \"us-east-1c\"]"))
        .satisfies(zones -> assertThat(zones.all("validation")).hasSize(1));
    assertThat(ALL.all("output").getFirst().get("value"))
        .contains("\"n${i + 1}@${card.private_ip}:${local.peer_port}/6789/6790\"");
  }
}
