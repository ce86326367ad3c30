package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The compose file as it stands: its settings come from the variables that it names. */
@NeedsContainers
class ComposeTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /** A loopback address of its own keeps the ports free of a cluster that runs here anyway. */
  private static final String PUBLISHED = "127.0.0.78";

  private static final String TOKEN = "a-token-for-compose";

  private static List<String> compose = List.of();
  private static Map<String, String> variables = Map.of();

  @BeforeAll
  static void findCompose() {
    compose =
        Stream.of(List.of("docker", "compose"), List.of("docker-compose"))
            .filter(command -> Program.run(Map.of(), with(command, "version")).succeeded())
            .findFirst()
            .orElseGet(() -> fail("Docker Compose is needed; .ci/install installs it"));
    variables =
        Map.of(
            "IMAGE",
            NodeImage.build(),
            "PUBLISH_ADDRESS",
            PUBLISHED,
            "SUBNET",
            "172.30.78",
            "FLASHQ_AUTH_TOKENS",
            "tester:" + TOKEN);
    remove();
  }

  @AfterAll
  static void remove() {
    if (!variables.isEmpty()) {
      compose("down", "-v", "--remove-orphans").checked();
    }
  }

  @Test
  void asksForTokens() {
    var without = new HashMap<>(variables);
    without.remove("FLASHQ_AUTH_TOKENS");
    Program config = compose(without, "config");
    assertThat(config.succeeded()).isFalse();
    assertThat(config.output()).contains("FLASHQ_AUTH_TOKENS", "set it to name:token");
  }

  @Test
  void servesOnItsPortsAndKeepsJobsWhenItIsTakenDown() {
    compose("up", "-d", "--no-build").checked();
    await()
        .atMost(LIMIT)
        .until(ComposeTest::health, List.of("healthy", "healthy", "healthy")::equals);
    long id;
    try (FlashQ client = client()) {
      id = client.push("mail", Data.of("hello")).join();
    }
    compose("down").checked();
    compose("up", "-d", "--no-build").checked();
    try (FlashQ client = client()) {
      List<Job> jobs = client.pull("mail", 10, Duration.ofSeconds(5)).join();
      assertThat(jobs).extracting(Job::id).containsExactly(id);
      client.ack(jobs.getFirst()).join();
    }
  }

  private static FlashQ client() {
    return FlashQ.at(PUBLISHED + ":6789", PUBLISHED + ":6889", PUBLISHED + ":6989")
        .token(TOKEN)
        .timeout(LIMIT)
        .connect();
  }

  /** What the image's health check found in each container. */
  private static List<String> health() {
    var inspect = new ArrayList<>(List.of("docker", "inspect", "-f", "{{.State.Health.Status}}"));
    inspect.addAll(compose("ps", "-q").checked().lines().toList());
    return Program.run(Map.of(), inspect).checked().lines().toList();
  }

  private static Program compose(String... arguments) {
    return compose(variables, arguments);
  }

  private static Program compose(Map<String, String> environment, String... arguments) {
    var command = new ArrayList<>(compose);
    command.addAll(List.of("-p", "flashq-compose-test", "-f", "docker/compose.yaml"));
    return Program.run(environment, with(command, arguments));
  }

  private static List<String> with(List<String> command, String... arguments) {
    return Stream.concat(command.stream(), Stream.of(arguments)).toList();
  }
}
