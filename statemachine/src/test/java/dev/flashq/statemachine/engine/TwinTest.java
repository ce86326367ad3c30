package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One log, several replicas: every stored byte must be the same. */
class TwinTest {
  private static final int ENTRIES = 1500;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReplicaThatRestartsHoldsTheSameBytesAsOneThatDoesNot(boolean guarded) {
    long seed = Long.getLong("twin.seed", System.nanoTime());
    try (EngineFixture steady = new EngineFixture(folder.resolve("a"));
        EngineFixture restarting = new EngineFixture(folder.resolve("b"))) {
      var commands = guarded ? RandomCommands.guarded(seed) : new RandomCommands(seed);
      for (int i = 0; i < ENTRIES; i++) {
        ByteString entry = commands.nextEntry(steady.engine());
        steady.applyBytes(entry);
        restarting.applyBytes(entry);
        if (commands.chance(100)) {
          restarting.restart();
        }
      }
      assertThat(Rows.differences(Rows.of(steady.engine()), Rows.of(restarting.engine())))
          .as("repeat with -Dtwin.seed=%d", seed)
          .isEmpty();
      assertThat(restarting.engine().digest()).isEqualTo(steady.engine().digest());
      assertThat(steady.engine().audit().records()).isGreaterThanOrEqualTo(guarded ? 100 : 0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anotherJvmComesToTheSameBytes(boolean guarded) throws IOException, InterruptedException {
    long seed = Long.getLong("twin.seed", System.nanoTime());
    Path log = folder.resolve("log");
    try (EngineFixture here = new EngineFixture(folder.resolve("here"))) {
      var commands = guarded ? RandomCommands.guarded(seed) : new RandomCommands(seed);
      try (OutputStream out = Files.newOutputStream(log)) {
        for (int i = 0; i < ENTRIES; i++) {
          ByteString entry = commands.nextEntry(here.engine());
          here.applyBytes(entry);
          TwinProcess.write(entry, out);
        }
      }
      Path rows = folder.resolve("rows");
      Process other =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "--enable-native-access=ALL-UNNAMED",
                      "--sun-misc-unsafe-memory-access=allow",
                      "-XX:+UnlockExperimentalVMOptions",
                      "-XX:hashCode=2",
                      "-Duser.language=tr",
                      "-Duser.timezone=Asia/Kathmandu",
                      "-cp",
                      System.getProperty("java.class.path"),
                      TwinProcess.class.getName(),
                      log.toString(),
                      folder.resolve("there").toString(),
                      rows.toString()))
              .inheritIO()
              .start();
      assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(other.exitValue()).as("repeat with -Dtwin.seed=%d", seed).isZero();
      assertThat(Rows.differences(Rows.of(here.engine()), Files.readAllLines(rows)))
          .as("repeat with -Dtwin.seed=%d", seed)
          .isEmpty();
    }
  }
}
