package dev.flashq.chaos;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Network.Ipam;
import dev.flashq.client.FlashQ;
import dev.flashq.launcher.NodeCommand;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * Three nodes in containers with nothing but what they need: no capabilities, a read-only root, a
 * network with static addresses. Reached at the containers' own addresses.
 */
final class ContainerCluster implements AutoCloseable {
  static final String TOKEN = "a-token-for-tests";

  static final List<String> IDS = List.of("n1", "n2", "n3");

  private static final String LABEL = "dev.flashq.test";
  private static final Pattern LEADER = Pattern.compile("\"leader\":\"([^\"]+)\"");

  /** The load leaves a cold node little of two cores to catch up with. */
  private static final Duration START = Duration.ofSeconds(120);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
  private final Plan plan;
  private final Network network;
  private final List<ContainerNode> nodes;

  /**
   * What to start.
   *
   * @param name of its containers' label and of its volume; two clusters of one name cannot run
   *     beside each other
   * @param subnet first three numbers of the nodes' addresses
   * @param settings environment of every node
   * @param mounts what a node of this id sees besides its data
   */
  record Plan(
      String name,
      String subnet,
      String image,
      Map<String, String> settings,
      Function<String, List<Mount>> mounts) {
    Plan(String name, String subnet, String image) {
      this(name, subnet, image, Map.of(), _ -> List.of());
    }

    String host(String id) {
      return subnet + "." + (11 + IDS.indexOf(id));
    }

    Map<String, String> label() {
      return Map.of(LABEL, name);
    }

    String caVolume() {
      return "flashq-" + name + "-test-ca";
    }
  }

  private ContainerCluster(Plan plan) {
    this.plan = plan;
    removeLeftovers();
    network =
        Network.builder()
            .createNetworkCmdModifier(
                command ->
                    command
                        .withLabels(plan.label())
                        .withIpam(
                            new Ipam()
                                .withConfig(new Ipam.Config().withSubnet(plan.subnet() + ".0/24"))))
            .build();
    nodes = IDS.stream().map(this::node).toList();
  }

  /** Starts three nodes; they may not be ready yet. */
  static ContainerCluster start(Plan plan) {
    ContainerCluster cluster = new ContainerCluster(plan);
    try {
      Startables.deepStart(cluster.nodes.stream().map(ContainerNode::container)).join();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private ContainerNode node(String id) {
    String members =
        IDS.stream()
            .map(member -> member + "@" + plan.host(member) + ":7789/6789/6790")
            .collect(Collectors.joining(","));
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(plan.image()))
            .withNetwork(network)
            .withLabels(plan.label())
            .withTmpFs(Map.of("/tmp", "exec,mode=1777"))
            .withEnv("FLASHQ_NODE_ID", id)
            .withEnv("FLASHQ_CLUSTER_MEMBERS", members)
            .withEnv("FLASHQ_AUTH_TOKENS", "tester:" + TOKEN)
            .withEnv("FLASHQ_PEER_DEVELOPMENT_CA", "/ca")
            .withEnv("FLASHQ_JAVA_OPTS", NodeCommand.MEMORY_AND_COLLECTOR + " " + BuiltNode.QUICK)
            .withEnv(plan.settings())
            .withCreateContainerCmdModifier(command -> restrict(command, id));
    return new ContainerNode(id, plan.host(id), container);
  }

  private void restrict(CreateContainerCmd command, String id) {
    HostConfig config = Objects.requireNonNull(command.getHostConfig());
    List<Mount> mounts = new ArrayList<>(plan.mounts().apply(id));
    mounts.add(
        new Mount().withType(MountType.VOLUME).withSource(plan.caVolume()).withTarget("/ca"));
    command
        .withIpv4Address(plan.host(id))
        .withHostConfig(
            config
                .withReadonlyRootfs(true)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withMounts(mounts));
  }

  List<ContainerNode> nodes() {
    return nodes;
  }

  List<String> addresses() {
    return nodes.stream().map(ContainerNode::tcpAddress).toList();
  }

  FlashQ connect() {
    return FlashQ.at(addresses()).token(TOKEN).timeout(Duration.ofSeconds(30)).connect();
  }

  /** Starts what does not run and waits until every node is ready. */
  ContainerCluster awaitReady() {
    nodes.stream().filter(node -> !node.isRunning()).forEach(ContainerNode::start);
    try {
      await().atMost(START).until(this::isReady);
      return this;
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not all nodes are ready after " + START + describe(), e);
    }
  }

  private String describe() {
    return nodes.stream()
        .map(
            node ->
                "\n"
                    + node.id()
                    + (node.isRunning() ? " runs" : " does not run")
                    + (isReady(node) ? ", is ready" : ", is not ready")
                    + "\n"
                    + node.container().getLogs())
        .collect(Collectors.joining());
  }

  /** The status with which the node's HTTP port answers somebody with this token. */
  int httpStatus(ContainerNode node, String path, String token) {
    return node.get(http, path, token).orElseThrow().statusCode();
  }

  /** The node's metrics, as Prometheus reads them. */
  String metrics(ContainerNode node) {
    return node.get(http, "/metrics/prometheus", TOKEN).orElseThrow().body();
  }

  boolean isReady() {
    return nodes.stream().allMatch(this::isReady);
  }

  private boolean isReady(ContainerNode node) {
    return node.get(http, "/health/ready", TOKEN)
        .filter(page -> page.statusCode() == 200)
        .isPresent();
  }

  /** What the node says of itself and of the others; empty when it does not answer. */
  Optional<HttpResponse<String>> page(ContainerNode node) {
    return node.get(http, "/cluster", TOKEN);
  }

  /** The leader as this node knows it. */
  Optional<ContainerNode> leaderAsSeenBy(ContainerNode node) {
    return page(node)
        .map(page -> LEADER.matcher(page.body()))
        .filter(Matcher::find)
        .flatMap(leader -> nodes.stream().filter(n -> n.id().equals(leader.group(1))).findFirst());
  }

  ContainerNode awaitLeader() {
    return await()
        .atMost(START)
        .until(
            () -> nodes.stream().map(this::leaderAsSeenBy).flatMap(Optional::stream).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** Everybody but this one. */
  Stream<ContainerNode> others(ContainerNode node) {
    return nodes.stream().filter(other -> other != node);
  }

  @Override
  public void close() {
    http.close();
    removeLeftovers();
  }

  /** Of this run, or of one that was cut off; found by label. */
  private void removeLeftovers() {
    DockerClient engine = DockerClientFactory.lazyClient();
    engine.listContainersCmd().withShowAll(true).withLabelFilter(plan.label()).exec().stream()
        .map(container -> engine.removeContainerCmd(container.getId()))
        .forEach(command -> command.withForce(true).withRemoveVolumes(true).exec());
    engine.listNetworksCmd().withFilter("label", List.of(LABEL + "=" + plan.name())).exec().stream()
        .map(network -> engine.removeNetworkCmd(network.getId()))
        .forEach(command -> command.exec());
    engine.listVolumesCmd().exec().getVolumes().stream()
        .filter(volume -> volume.getName().equals(plan.caVolume()))
        .forEach(volume -> engine.removeVolumeCmd(volume.getName()).exec());
  }
}
