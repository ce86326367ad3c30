package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.launcher.NodeCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes run with the same flags however they are started. */
class StartScriptTest {
  @Test
  void theImageUsesTheFlagsOfTheLauncher() throws IOException {
    List<String> launcher = flags("flashq");
    assertThat(flags("docker/node")).hasSize(2).isEqualTo(launcher);
    String plain =
        String.join(" ", launcher).replaceAll("\\b(node_)?flags=|[\"{}$]|FLASHQ_JAVA_OPTS:-", "");
    assertThat(NodeCommand.ofThisJvm()).contains(plain.split(" "));
  }

  private static List<String> flags(String script) throws IOException {
    try (var lines = Files.lines(Program.ROOT.resolve(script))) {
      return lines.filter(line -> line.matches("(node_)?flags=.*")).toList();
    }
  }
}
