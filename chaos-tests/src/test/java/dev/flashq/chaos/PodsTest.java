package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pods of the recipe for Kubernetes as processes: with its variables and ports, the secrets
 * that its guide makes, and a loopback address each, which they find by the names of the recipe.
 */
class PodsTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final String TOKEN = "a-token-of-the-permissions-file";
  private static final String NETWORK = "127.0.77.";
  private static final PodSpec SPEC =
      Manifests.of("kubernetes/flashq.yaml")
          .one(StatefulSet.class, "flashq")
          .getSpec()
          .getTemplate()
          .getSpec();
  private static final Container NODE = SPEC.getContainers().getFirst();

  @TempDir Path folder;

  /** By the name of the pod: its address, as names are looked up, and its process. */
  private final Map<String, String> addresses = new TreeMap<>();

  private final Map<String, Process> processes = new TreeMap<>();

  @BeforeEach
  void makeTheSecretsOfTheGuide() throws IOException {
    Files.writeString(
        folder.resolve("permissions.json"),
        "[{\"token\":\"" + TOKEN + "\",\"queues\":[\"*\"],\"operations\":[\"*\"]}]");
    Path kubectl = Files.createDirectories(folder.resolve("bin")).resolve("kubectl");
    Files.writeString(
        kubectl,
        """
        #!/bin/sh
        # Makes of a secret the folder that a pod would see.
        set -eu
        case "$*" in
          "create namespace flashq" | "apply -f flashq.yaml -f network-policy.yaml") ;;
          "-n flashq create secret generic "*" --from-file="*)
            mkdir -p "secrets/$6"
            from=${7#--from-file=}
            if [ -d "$from" ]; then from="$from/*"; fi
            cp $from "secrets/$6/" ;;
          "-n flashq create secret tls "*)
            mkdir -p "secrets/$6"
            cp "${7#--cert=}" "secrets/$6/tls.crt"
            cp "${8#--key=}" "secrets/$6/tls.key" ;;
          *) echo "unknown: $*"; exit 1 ;;
        esac
        """);
    assertThat(kubectl.toFile().setExecutable(true)).isTrue();
    Matcher block =
        Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
            .matcher(Recipe.of("kubernetes/README.md").text());
    assertThat(block.find()).isTrue();
    Path script =
        Files.writeString(
            folder.resolve("guide.sh"),
            "set -e\ncd '"
                + folder
                + "'\n"
                + block.group(1).replace("./flashq", Program.ROOT.resolve("flashq").toString()));
    var environment = new HashMap<>(BuiltNode.AS_BUILT);
    environment.put("PATH", kubectl.getParent() + ":" + System.getenv("PATH"));
    Program.run(environment, List.of("sh", script.toString())).checked();
  }

  @AfterEach
  void stop() {
    processes.values().forEach(Process::destroyForcibly);
  }

  @Test
  void makeAClusterAndFindAPodThatHasAnotherAddress() throws Exception {
    for (int i = 0; i < 3; i++) {
      start("flashq-" + i, NETWORK + (1 + i));
    }
    awaitReady();
    pushes("flashq-0");

    kill("flashq-2");
    start("flashq-2", NETWORK + 13);
    awaitReady();
    kill("flashq-1");
    pushes("flashq-2");
    pushes("flashq-0");
  }

  private void pushes(String pod) {
    await()
        .atMost(START)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(push(pod)).contains("\"ok\":true"));
  }

  private void start(String pod, String address) throws IOException {
    addresses.put(pod, address);
    writeNames();
    Map<String, String> variables = variables(pod, address);
    var command = new ArrayList<>(BuiltNode.command());
    int options = command.indexOf("-cp");
    command.addAll(options, List.of(variables.getOrDefault("FLASHQ_JAVA_OPTS", "").split(" ")));
    command.add(options, "-Djdk.net.hosts.file=" + folder.resolve("names"));
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("FLASHQ_"));
    builder.environment().putAll(variables);
    processes.put(
        pod,
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(pod + ".txt").toFile()))
            .start());
  }

  /** What the cluster's DNS would say. */
  private void writeNames() throws IOException {
    Path next =
        Files.writeString(
            folder.resolve("names.next"),
            addresses.entrySet().stream()
                .map(pod -> pod.getValue() + " " + name(pod.getKey()) + "\n")
                .collect(Collectors.joining("", "127.0.0.1 localhost\n", "")));
    Files.move(next, folder.resolve("names"), StandardCopyOption.ATOMIC_MOVE);
  }

  private String address(String pod) {
    return Objects.requireNonNull(addresses.get(pod));
  }

  private static String name(String pod) {
    return pod + ".flashq-peers.flashq.svc.cluster.local";
  }

  /** The container's variables as Kubernetes hands them on, with the places of this test. */
  private Map<String, String> variables(String pod, String address) {
    var variables = new LinkedHashMap<String, String>();
    for (EnvVar variable : NODE.getEnv()) {
      String value = variable.getValue();
      if (value == null) {
        assertThat(variable.getValueFrom().getFieldRef().getFieldPath()).isEqualTo("metadata.name");
        value = pod;
      }
      for (var earlier : variables.entrySet()) {
        value = value.replace("$(" + earlier.getKey() + ")", earlier.getValue());
      }
      variables.put(variable.getName(), value);
    }
    variables.replaceAll(
        (_, value) -> value.equals("0.0.0.0") ? address : onThisMachine(pod, value));
    return variables;
  }

  private String onThisMachine(String pod, String value) {
    for (VolumeMount mount : NODE.getVolumeMounts()) {
      if (value.startsWith(mount.getMountPath() + "/")) {
        return volume(pod, mount.getName()) + value.substring(mount.getMountPath().length());
      }
    }
    return value;
  }

  private Path volume(String pod, String name) {
    return SPEC.getVolumes().stream()
        .filter(volume -> volume.getName().equals(name))
        .map(Volume::getSecret)
        .filter(Objects::nonNull)
        .map(secret -> folder.resolve("secrets").resolve(secret.getSecretName()))
        .findFirst()
        .orElseGet(() -> folder.resolve(pod).resolve(name));
  }

  private void kill(String pod) throws InterruptedException {
    Process process = Objects.requireNonNull(processes.remove(pod));
    assertThat(process.destroyForcibly().waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Asks what the readiness probe asks. */
  private void awaitReady() {
    await()
        .atMost(START)
        .until(
            () ->
                processes.entrySet().stream()
                    .allMatch(
                        pod -> {
                          assertThat(pod.getValue().isAlive()).as(output(pod.getKey())).isTrue();
                          return isReady(address(pod.getKey()));
                        }));
  }

  private static boolean isReady(String address) {
    String path = NODE.getReadinessProbe().getHttpGet().getPath();
    try {
      var page =
          (HttpURLConnection)
              URI.create("http://" + address + ":6792" + path).toURL().openConnection();
      page.setConnectTimeout(2000);
      page.setReadTimeout(3000);
      return page.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private String output(String pod) {
    try {
      return Files.readString(folder.resolve(pod + ".txt"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Pushes by TLS to the pod, whose certificate must name it and the Service. */
  private String push(String pod) throws Exception {
    SSLContext trust = Trust.in(folder.resolve("client-ca/ca.pem"));
    try (SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket(address(pod), 6789);
        var answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      socket.setSoTimeout(10_000);
      assertThat(hosts((X509Certificate) socket.getSession().getPeerCertificates()[0]))
          .contains(name(pod), "flashq.flashq.svc");
      String asked =
          "{\"cmd\":\"AUTH\",\"token\":\""
              + TOKEN
              + "\"}\n{\"cmd\":\"PUSH\",\"queue\":\"q\",\"data\":1}\n";
      socket.getOutputStream().write(asked.getBytes(UTF_8));
      assertThat(answers.readLine()).contains("\"ok\":true");
      return String.valueOf(answers.readLine());
    }
  }

  private static List<String> hosts(X509Certificate certificate) throws Exception {
    return certificate.getSubjectAlternativeNames().stream()
        .map(name -> String.valueOf(name.get(1)))
        .toList();
  }
}
