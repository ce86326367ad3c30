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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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

  private static final Map<String, String> LABEL = Map.of("dev.flashq.test", "containers");
  private static final List<String> LABEL_FILTER = List.of("dev.flashq.test=containers");
  private static final String CA_VOLUME = "flashq-container-test-ca";
  private static final String SUBNET = "172.30.77.";
  private static final List<String> IDS = List.of("n1", "n2", "n3");
  private static final Pattern LEADER = Pattern.compile("\"leader\":\"([^\"]+)\"");

  /** The load leaves a cold node little of two cores to catch up with. */
  private static final Duration START = Duration.ofSeconds(120);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
  private final Network network;
  private final List<ContainerNode> nodes;

  private ContainerCluster(String image) {
    removeLeftovers();
    network =
        Network.builder()
            .createNetworkCmdModifier(
                command ->
                    command
                        .withLabels(LABEL)
                        .withIpam(
                            new Ipam().withConfig(new Ipam.Config().withSubnet(SUBNET + "0/24"))))
            .build();
    nodes = IDS.stream().map(id -> node(id, image)).toList();
  }

  /** Starts three nodes; they may not be ready yet. */
  static ContainerCluster start(String image) {
    ContainerCluster cluster = new ContainerCluster(image);
    try {
      Startables.deepStart(cluster.nodes.stream().map(ContainerNode::container)).join();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static String host(String id) {
    return SUBNET + (11 + IDS.indexOf(id));
  }

  private ContainerNode node(String id, String image) {
    String members =
        IDS.stream()
            .map(member -> member + "@" + host(member) + ":7789/6789/6790")
            .collect(Collectors.joining(","));
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withNetwork(network)
            .withLabels(LABEL)
            .withTmpFs(Map.of("/tmp", "exec,mode=1777"))
            .withEnv("FLASHQ_NODE_ID", id)
            .withEnv("FLASHQ_CLUSTER_MEMBERS", members)
            .withEnv("FLASHQ_AUTH_TOKENS", "tester:" + TOKEN)
            .withEnv("FLASHQ_PEER_DEVELOPMENT_CA", "/ca")
            .withEnv("FLASHQ_JAVA_OPTS", NodeCommand.MEMORY_AND_COLLECTOR + " " + BuiltNode.QUICK)
            .withCreateContainerCmdModifier(command -> restrict(command, host(id)));
    return new ContainerNode(id, host(id), container);
  }

  private static void restrict(CreateContainerCmd command, String host) {
    HostConfig config = Objects.requireNonNull(command.getHostConfig());
    command
        .withIpv4Address(host)
        .withHostConfig(
            config
                .withReadonlyRootfs(true)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withMounts(
                    List.of(
                        new Mount()
                            .withType(MountType.VOLUME)
                            .withSource(CA_VOLUME)
                            .withTarget("/ca"))));
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
      await().atMost(START).until(() -> nodes.stream().allMatch(this::isReady));
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

  private boolean isReady(ContainerNode node) {
    return node.get(http, "/health/ready", TOKEN)
        .filter(page -> page.statusCode() == 200)
        .isPresent();
  }

  /** The leader as this node knows it. */
  Optional<ContainerNode> leaderAsSeenBy(ContainerNode node) {
    return node.get(http, "/cluster", TOKEN)
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
  private static void removeLeftovers() {
    DockerClient engine = DockerClientFactory.lazyClient();
    engine.listContainersCmd().withShowAll(true).withLabelFilter(LABEL).exec().stream()
        .map(container -> engine.removeContainerCmd(container.getId()))
        .forEach(command -> command.withForce(true).withRemoveVolumes(true).exec());
    engine.listNetworksCmd().withFilter("label", LABEL_FILTER).exec().stream()
        .map(network -> engine.removeNetworkCmd(network.getId()))
        .forEach(command -> command.exec());
    engine.listVolumesCmd().exec().getVolumes().stream()
        .filter(volume -> volume.getName().equals(CA_VOLUME))
        .forEach(volume -> engine.removeVolumeCmd(volume.getName()).exec());
  }
}
