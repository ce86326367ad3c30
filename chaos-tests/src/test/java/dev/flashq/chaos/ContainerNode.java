package dev.flashq.chaos;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
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
    try {
      var request =
          HttpRequest.newBuilder(URI.create("http://" + host + ":6790" + path))
              .header("Authorization", "Bearer " + token)
              .timeout(Duration.ofSeconds(2))
              .build();
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
