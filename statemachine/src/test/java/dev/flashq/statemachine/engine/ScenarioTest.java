package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays the files in {@code src/test/resources/scenarios}: a command a line, and indented below it
 * what the engine answered and which counts it changed. {@link ScenarioCommands} lists the
 * commands.
 *
 * <p>To write down new or changed answers, run {@code mvn -pl statemachine -am test
 * -Dtest=ScenarioTest -Dsurefire.failIfNoSpecifiedTests=false -Dscenarios.rewrite=true} and read
 * the difference before it is committed. Without the property a command whose answer is not written
 * down fails, as does a wrong one.
 */
class ScenarioTest {
  private static final Path FOLDER = Path.of("src/test/resources/scenarios");
  private static final boolean REWRITE = Boolean.getBoolean("scenarios.rewrite");

  @TempDir Path folder;

  static List<String> scenarios() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".txt"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void answersAreAsWrittenDown(String name) throws IOException {
    Path file = FOLDER.resolve(name);
    String written = Files.readString(file);
    String played = play(written);
    if (REWRITE) {
      Files.writeString(file, played);
    } else {
      assertThat(played).as("scenario %s", name).isEqualTo(written);
    }
  }

  @Test
  void anAnswerThatIsNotWrittenDownIsSeen() {
    assertThat(play("push mail a\n")).isEqualTo("push mail a\n  job 1\n  mail: 1 waiting\n");
    assertThat(play("push mail a\n  job 2\n")).contains("  job 1\n").doesNotContain("job 2");
  }

  @Test
  void thereAreScenarios() throws IOException {
    assertThat(scenarios()).hasSizeGreaterThanOrEqualTo(10);
  }

  private String play(String text) {
    try (Scenario scenario = new Scenario(folder.resolve("state" + text.hashCode()))) {
      return scenario.play(text);
    }
  }
}
