package dev.flashq.statemachine.engine;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.GoldenCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Logs of every feature level, as they were written when the level was new: whoever replays one
 * comes to the same state, byte for byte, with every version to come.
 *
 * <p>The files are {@code src/test/resources/golden/level-N.txt}: in each line an entry, and the
 * digest of the state after it. {@code mvn -pl statemachine -am test -Dtest=GoldenReplayTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.add=true} writes the file of a level that has
 * none; {@code -Dgolden.rewrite=true} writes all of them anew. A file may be rewritten before the
 * first release with its level only: afterwards a digest that differs is a fault of the code, and
 * what behaves in another way needs a new level.
 */
class GoldenReplayTest {
  private static final HexFormat HEX = HexFormat.of();

  @TempDir Path folder;

  private record Line(ByteString entry, long digest) {
    static Line parse(String text) {
      String[] parts = text.split(" ", 2);
      return new Line(
          ByteString.copyFrom(HEX.parseHex(parts[0])), HexFormat.fromHexDigitsToLong(parts[1]));
    }

    @Override
    public String toString() {
      return HEX.formatHex(entry.toByteArray()) + " " + HEX.toHexDigits(digest);
    }
  }

  static List<Integer> levels() {
    return IntStream.rangeClosed(0, FeatureLevel.CURRENT).boxed().toList();
  }

  private static Path file(int level) {
    return Path.of("src/test/resources/golden/level-" + level + ".txt");
  }

  private List<Line> golden(int level) throws IOException {
    if (Boolean.getBoolean("golden.rewrite")
        || (Boolean.getBoolean("golden.add") && !Files.exists(file(level)))) {
      write(level);
    }
    return Files.readAllLines(file(level)).stream()
        .filter(line -> !line.startsWith("#"))
        .map(Line::parse)
        .toList();
  }

  private void write(int level) throws IOException {
    var lines = new ArrayList<String>();
    lines.add("# A log of feature level " + level + "; see GoldenReplayTest.");
    try (EngineFixture cluster = new EngineFixture(folder.resolve("writing"))) {
      GoldenStory.play(cluster, level);
      try (RocksEngine replica = new RocksEngine(folder.resolve("digests"), "n9", 1)) {
        for (ByteString entry : cluster.log()) {
          lines.add(new Line(entry, digestAfter(replica, entry)).toString());
        }
      }
    }
    Files.write(file(level), lines);
  }

  private static long digestAfter(RocksEngine replica, ByteString entry) {
    replica.apply(1, replica.lastApplied().index() + 1, entry);
    return replica.digest().value();
  }

  @ParameterizedTest
  @MethodSource("levels")
  void aReplicaComesToTheStateOfOld(int level) throws IOException {
    List<Line> lines = golden(level);
    try (RocksEngine replica = new RocksEngine(folder.resolve("live"), EngineFixture.NODE, 1)) {
      for (int i = 0; i < lines.size(); i++) {
        Line line = lines.get(i);
        assertThat(digestAfter(replica, line.entry))
            .as("entry %d: %s", i, EntryCodec.decode(line.entry).submissions())
            .isEqualTo(line.digest);
      }
      assertThat(replica.featureLevel()).isEqualTo(level);
    }
  }

  @ParameterizedTest
  @MethodSource("levels")
  void everyCommandOfTheLevelIsThere(int level) throws IOException {
    var wanted =
        GoldenCommands.byName().values().stream()
            .filter(command -> GoldenStory.level(command) <= level)
            .toList();
    var found =
        golden(level).stream()
            .flatMap(line -> EntryCodec.decode(line.entry).submissions().stream())
            .map(submission -> submission.command())
            .toList();
    assertThat(found).containsAll(wanted);
    assertThat(kinds(found)).isEqualTo(kinds(wanted));
  }

  private static TreeSet<String> kinds(List<Command> commands) {
    return commands.stream()
        .map(command -> command.getClass().getSimpleName())
        .collect(toCollection(TreeSet::new));
  }
}
