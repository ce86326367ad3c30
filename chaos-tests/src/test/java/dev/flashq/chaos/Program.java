package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a program of this machine said, both streams together, and its exit code. */
record Program(List<String> command, int exitCode, String output) {
  private static final int LIMIT_SECONDS = 220;

  /** The project's root: tests run in the folder of their module. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Runs it in the project's root; a program that is not there ends with 127, as in a shell. */
  static Program run(Map<String, String> environment, List<String> command) {
    try {
      Path output = Files.createTempFile("flashq-program-", ".txt");
      try {
        var builder = new ProcessBuilder(command).directory(ROOT.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FLASHQ_"));
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        return new Program(
            command, ended ? process.exitValue() : 124, Files.readString(output).strip());
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      return new Program(command, 127, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted in " + command, e));
    }
  }

  static Program run(String... command) {
    return run(Map.of(), List.of(command));
  }

  boolean succeeded() {
    return exitCode == 0;
  }

  /** Its output; fails with it when the program did not succeed. */
  String checked() {
    assertThat(exitCode).as("%s says: %s", String.join(" ", command), output).isZero();
    return output;
  }
}
