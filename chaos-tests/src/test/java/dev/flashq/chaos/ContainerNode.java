package dev.flashq.chaos;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;

/** A node in a container; killed and started again, it is the same container with the same data. */
record ContainerNode(String id, String host, GenericContainer<?> container) {
  private static final int STOP_SECONDS = 30;

  String tcpAddress() {
    return host + ":6789";
  }

  /** As docker start does. */
  void start() {
    engine().startContainerCmd(container.getContainerId()).exec();
  }

  /** As docker kill -s KILL does; returns when it is gone. */
  void kill() {
    engine().killContainerCmd(container.getContainerId()).withSignal("KILL").exec();
    await().atMost(Duration.ofSeconds(10)).until(() -> !isRunning());
  }

  /** As docker stop does: SIGTERM, and SIGKILL after half a minute; returns when it is gone. */
  void stop() {
    engine().stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
  }

  /**
   * As docker pause does: no process of the container gets a processor. The kernel may need several
   * tries on a busy machine, of which the engine says that it is unable to.
   */
  void pause() {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsInstanceOf(InternalServerErrorException.class)
        .untilAsserted(() -> engine().pauseContainerCmd(container.getContainerId()).exec());
  }

  void unpause() {
    engine().unpauseContainerCmd(container.getContainerId()).exec();
  }

  /** Drops every packet that comes from that node. */
  void ignore(ContainerNode other) {
    iptables("-A", "INPUT", "-s", other.host, "-j", "DROP").checked();
  }

  /** Drops every packet from this port of whoever. */
  void ignorePort(int port) {
    iptables("-A", "INPUT", "-p", "tcp", "--sport", Integer.toString(port), "-j", "DROP").checked();
  }

  /** Drops nothing any more. */
  void ignoreNobody() {
    iptables("-F").checked();
  }

  /** Packets can be dropped where one may enter the container's network: that takes root. */
  boolean canIgnore() {
    return iptables("-S").succeeded();
  }

  /** In the container's network, by the program of this machine. */
  private Program iptables(String... arguments) {
    var command = new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid()), "-n"));
    command.addAll(List.of("iptables", "-w"));
    command.addAll(List.of(arguments));
    return Program.run(Map.of(), command);
  }

  private long pid() {
    return Objects.requireNonNull(state().getPidLong());
  }

  /** Copies a file or folder of the container, which may be stopped. */
  void copy(String path, Path to) {
    String target = to.toAbsolutePath().toString();
    Program.run("docker", "cp", container.getContainerId() + ":" + path, target).checked();
  }

  boolean isRunning() {
    return Objects.equals(state().getRunning(), true);
  }

  long exitCode() {
    return Objects.requireNonNull(state().getExitCodeLong());
  }

  private ContainerState state() {
    return engine().inspectContainerCmd(container.getContainerId()).exec().getState();
  }

  /** What a shell in the container prints, both streams. */
  String shell(String script) {
    try {
      var result = container.execInContainer("sh", "-c", script);
      return (result.getStdout() + result.getStderr()).strip();
    } catch (IOException e) {
      throw new IllegalStateException("cannot run a shell in " + id, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A GET on the HTTP port; empty when nobody answers. */
  Optional<HttpResponse<String>> get(HttpClient http, String path, String token) {
    return send(http, request(path, token).timeout(Duration.ofSeconds(2)).build());
  }

  /** A command of the TCP protocol, as JSON; empty when nobody answers. */
  Optional<HttpResponse<String>> command(HttpClient http, String json, String token) {
    return send(
        http,
        request("/api/command", token)
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(6))
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(URI.create("http://" + host + ":6790" + path))
        .header("Authorization", "Bearer " + token);
  }

  private static Optional<HttpResponse<String>> send(HttpClient http, HttpRequest request) {
    try {
      return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static DockerClient engine() {
    return DockerClientFactory.lazyClient();
  }

  @Override
  public String toString() {
    return id;
  }
}
