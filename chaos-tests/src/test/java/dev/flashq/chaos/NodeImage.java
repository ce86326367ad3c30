package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The image of docker/Dockerfile, built once per run as a user would build it. Where there is an
 * engine, what is missing for that fails the test with a sentence.
 */
final class NodeImage {
  private static final String NAME = "flashq:container-test";
  private static final String TITLE = "org.opencontainers.image.title=flashQ Cluster";
  private static @Nullable String built;

  private NodeImage() {}

  static synchronized String build() {
    String name = built;
    if (name == null) {
      name = buildNow();
      built = name;
    }
    return name;
  }

  private static String buildNow() {
    String base = System.getenv().getOrDefault("BASE_IMAGE", "flashq-base:local");
    if (!Program.run("docker", "image", "inspect", base).succeeded()) {
      fail(
          "There is no image '"
              + base
              + "' to build on; make it with .ci/make-base, or pull one and name it in BASE_IMAGE");
    }
    if (!Files.isDirectory(Program.ROOT.resolve("server/target/lib"))) {
      fail("There are no jars in server/target/lib; run './flashq build' first");
    }
    Program.run(
            // No BuildKit: an engine may not have it, and the Dockerfile does not need it.
            Map.of("DOCKER_BUILDKIT", "0"),
            List.of(
                "docker",
                "build",
                "--force-rm",
                "-f",
                "docker/Dockerfile",
                "--build-arg",
                "BASE_IMAGE=" + base,
                "-t",
                NAME,
                "."))
        .checked();
    // Earlier builds that lost the name to this one.
    Program.run("docker", "image", "prune", "-f", "--filter", "label=" + TITLE).checked();
    return NAME;
  }
}
