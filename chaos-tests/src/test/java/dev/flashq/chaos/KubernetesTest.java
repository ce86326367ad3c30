package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The recipes for Kubernetes: every name in them that points at something finds it. */
class KubernetesTest {
  private static final Manifests ALL =
      Manifests.of("kubernetes/flashq.yaml", "kubernetes/network-policy.yaml");
  private static final StatefulSetSpec NODES = ALL.one(StatefulSet.class, "flashq").getSpec();
  private static final PodTemplateSpec TEMPLATE = NODES.getTemplate();
  private static final PodSpec POD = TEMPLATE.getSpec();
  private static final Container NODE = POD.getContainers().getFirst();
  private static final Map<String, String> LABELS = TEMPLATE.getMetadata().getLabels();

  @Test
  void aFieldThatKubernetesDoesNotKnowIsNoticed() {
    assertThatThrownBy(
            () ->
                Manifests.typed(
                    Map.of("apiVersion", "v1", "kind", "Service", "spec", Map.of("ports_", 1))))
        .hasMessageContaining("ports_");
  }

  @Test
  void everythingIsInOneNamespaceThatIsMadeFirst() {
    assertThat(ALL.all().getFirst().getKind()).isEqualTo("Namespace");
    String namespace = ALL.all().getFirst().getMetadata().getName();
    assertThat(ALL.all().stream().skip(1))
        .extracting(object -> object.getMetadata().getNamespace())
        .containsOnly(namespace);
  }

  @Test
  void selectorsFindThePods() {
    assertThat(NODES.getSelector().getMatchLabels()).isEqualTo(LABELS);
    assertThat(ALL.all(Service.class)).hasSize(2);
    for (Service service : ALL.all(Service.class)) {
      assertThat(service.getSpec().getSelector()).isEqualTo(LABELS);
    }
    for (PodDisruptionBudget budget : ALL.all(PodDisruptionBudget.class)) {
      assertThat(budget.getSpec().getSelector().getMatchLabels()).isEqualTo(LABELS);
      assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
    }
    for (NetworkPolicy policy : ALL.all(NetworkPolicy.class)) {
      assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isEqualTo(LABELS);
    }
    assertThat(POD.getTopologySpreadConstraints())
        .hasSize(2)
        .allSatisfy(
            spread -> assertThat(spread.getLabelSelector().getMatchLabels()).isEqualTo(LABELS));
  }

  @Test
  void portsAreThoseOfTheContainer() {
    Map<String, Integer> ports =
        NODE.getPorts().stream()
            .collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));
    assertThat(ports)
        .isEqualTo(
            Map.of(
                "tcp",
                number(key("tcp.port")),
                "http",
                number(key("http.port")),
                "peer",
                7789,
                "ops",
                number(variable("FLASHQ_OPS_PORT"))));
    for (Service service : ALL.all(Service.class)) {
      assertThat(service.getSpec().getPorts())
          .isNotEmpty()
          .allSatisfy(port -> assertThat(ports).containsEntry(port.getName(), port.getPort()))
          .allSatisfy(
              port -> assertThat(port.getTargetPort().getStrVal()).isEqualTo(port.getName()));
    }
    assertThat(page(NODE.getStartupProbe().getHttpGet())).isEqualTo("ops /health/live");
    assertThat(page(NODE.getLivenessProbe().getHttpGet())).isEqualTo("ops /health/live");
    assertThat(page(NODE.getReadinessProbe().getHttpGet())).isEqualTo("ops /health/ready");
  }

  private static String page(HTTPGetAction probe) {
    return probe.getPort().getStrVal() + " " + probe.getPath();
  }

  /** The default of a key. */
  private static String key(String name) {
    return properties("(?m)^#" + Pattern.quote(name) + "=(.*)$").getFirst();
  }

  private static List<String> properties(String pattern) {
    try {
      return Pattern.compile(pattern)
          .matcher(Files.readString(Program.ROOT.resolve("flashq.properties")))
          .results()
          .map(found -> found.group(1))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  private static String variable(String name) {
    return NODE.getEnv().stream()
        .filter(variable -> variable.getName().equals(name))
        .map(EnvVar::getValue)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void variablesAreKeysAndNothingElseBeginsLikeThem() {
    List<String> known = new ArrayList<>(properties("(?m)^# (FLASHQ_[A-Z_]+)$"));
    known.add("FLASHQ_JAVA_OPTS");
    assertThat(NODE.getEnv()).extracting(EnvVar::getName).doesNotHaveDuplicates().isSubsetOf(known);
    assertThat(POD.getEnableServiceLinks())
        .as("Kubernetes would add FLASHQ_SERVICE_HOST for the Service, which stops a node")
        .isFalse();
  }

  @Test
  void membersAreThePodsByTheNamesThatTheirServiceGivesThem() {
    Service peers = ALL.one(Service.class, NODES.getServiceName());
    assertThat(peers.getSpec().getClusterIP()).isEqualTo("None");
    assertThat(peers.getSpec().getPublishNotReadyAddresses()).isTrue();
    assertThat(NODES.getPodManagementPolicy()).isEqualTo("Parallel");
    assertThat(NODES.getReplicas()).isEqualTo(3);
    assertThat(variable("FLASHQ_JAVA_OPTS"))
        .as("names are looked up again soon")
        .contains(" -Dsun.net.inetaddr.ttl=5");
    assertThat(List.of(variable("FLASHQ_CLUSTER_MEMBERS").split(", ")))
        .containsExactlyElementsOf(
            IntStream.range(0, NODES.getReplicas())
                .mapToObj(i -> "flashq-" + i)
                .map(
                    pod ->
                        pod
                            + "@"
                            + pod
                            + "."
                            + NODES.getServiceName()
                            + "."
                            + peers.getMetadata().getNamespace()
                            + ".svc.cluster.local:7789/6789/6790")
                .toList());
  }

  @Test
  void filesAreInVolumesWhoseSecretsTheGuideMakes() {
    Stream<String> volumes =
        Stream.concat(
            POD.getVolumes().stream().map(Volume::getName),
            NODES.getVolumeClaimTemplates().stream().map(claim -> claim.getMetadata().getName()));
    assertThat(NODE.getVolumeMounts())
        .extracting(VolumeMount::getName)
        .containsExactlyInAnyOrderElementsOf(volumes.toList());
    List<String> folders =
        NODE.getVolumeMounts().stream().map(mount -> mount.getMountPath() + "/").toList();
    assertThat(NODE.getEnv().stream().map(EnvVar::getValue))
        .filteredOn(value -> value != null && value.startsWith("/"))
        .hasSize(7)
        .allSatisfy(path -> assertThat(folders).anyMatch(path::startsWith));
    String guide = Recipe.of("kubernetes/README.md").text();
    for (Volume volume : POD.getVolumes()) {
      if (volume.getSecret() != null) {
        assertThat(guide)
            .containsPattern(
                "create secret (generic|tls) " + volume.getSecret().getSecretName() + " ");
      }
    }
  }

  @Test
  void nodesMayDoNothingButServe() {
    assertThat(POD.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(POD.getSecurityContext().getRunAsUser()).isEqualTo(1001);
    assertThat(POD.getSecurityContext().getFsGroup()).isEqualTo(1001);
    assertThat(POD.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(POD.getAutomountServiceAccountToken()).isFalse();
    assertThat(NODE.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(NODE.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(NODE.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
  }

  @Test
  void theHeapLeavesRoomInTheMemory() {
    Matcher heap =
        Pattern.compile("-Xmx(\\d+[mg]) -Xmn(\\d+[mg]) ").matcher(variable("FLASHQ_JAVA_OPTS"));
    assertThat(heap.find()).isTrue();
    String limit = memory(NODE.getResources().getLimits());
    assertThat(bytes(heap.group(1)) * 3).isLessThanOrEqualTo(bytes(limit));
    assertThat(bytes(heap.group(2)) * 2).isEqualTo(bytes(heap.group(1)));
    assertThat(memory(NODE.getResources().getRequests())).isEqualTo(limit);
  }

  private static String memory(Map<String, Quantity> resources) {
    return String.valueOf(resources.get("memory"));
  }

  private static long bytes(String amount) {
    return Quantity.getAmountInBytes(
            new Quantity(amount.replaceFirst("m$", "Mi").replaceFirst("g$", "Gi")))
        .longValueExact();
  }

  @Test
  void thePolicyLetsInAndOutWhatIsNeededAndNothingElse() {
    var policy = ALL.one(NetworkPolicy.class, "flashq").getSpec();

    assertThat(policy.getPolicyTypes()).containsExactly("Ingress", "Egress");
    assertThat(policy.getIngress())
        .extracting(rule -> peers(rule.getFrom()) + " to " + ports(rule.getPorts()))
        .containsExactly(
            "[namespace workers, pods {role=worker}] to [TCP 6789, TCP 6790]",
            "[namespace monitoring] to [TCP 6792]",
            "[pods " + LABELS + "] to [TCP 7789]");
    assertThat(policy.getEgress())
        .extracting(rule -> peers(rule.getTo()) + " to " + ports(rule.getPorts()))
        .containsExactly(
            "[pods " + LABELS + "] to [TCP 7789]",
            "[namespace kube-system pods {k8s-app=kube-dns}] to [UDP 53, TCP 53]");
  }

  private static List<String> ports(List<NetworkPolicyPort> ports) {
    return ports.stream().map(p -> p.getProtocol() + " " + p.getPort().getIntVal()).toList();
  }

  private static List<String> peers(List<NetworkPolicyPeer> peers) {
    return peers.stream().map(KubernetesTest::peer).toList();
  }

  private static String peer(NetworkPolicyPeer peer) {
    assertThat(peer.getIpBlock()).isNull();
    var words = new ArrayList<String>();
    if (peer.getNamespaceSelector() != null) {
      Map<String, String> labels = peer.getNamespaceSelector().getMatchLabels();
      assertThat(labels).containsOnlyKeys("kubernetes.io/metadata.name");
      words.add("namespace " + labels.get("kubernetes.io/metadata.name"));
    }
    if (peer.getPodSelector() != null) {
      words.add("pods " + peer.getPodSelector().getMatchLabels());
    }
    return String.join(" ", words);
  }
}
