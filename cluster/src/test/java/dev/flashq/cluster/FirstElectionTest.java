package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Reply.Pushed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first leader of a cluster may end before the others have its first entry. */
class FirstElectionTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** Bytes before the first entry of a segment. */
  private static final int SEGMENT_HEADER = 8;

  /** Bytes of an entry's checksum. */
  private static final int CHECKSUM = 4;

  @TempDir Path folder;

  @Test
  void takesInAMemberThatLedATermNobodyKnowsOf() throws IOException {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      cluster.leader();
      cluster.killAll(List.of("n1", "n2", "n3"));
      keepEntries(cluster.data("n1"), 0);
      keepEntries(cluster.data("n2"), 0);
      keepEntries(cluster.data("n3"), 1);

      // They lead a second term without it, and go on before it comes.
      cluster.start("n1");
      cluster.start("n2");
      cluster.leader();
      for (int i = 0; i < 100; i++) {
        cluster.push("n1", "\"without it\"").join();
      }
      cluster.start("n3");

      cluster.awaitSameState();
      assertThat(cluster.push("n3", "\"with it\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  /** As if the node had ended after so many entries; terms and votes it still knows. */
  private static void keepEntries(Path data, int entries) throws IOException {
    List<Path> inside;
    try (var files = Files.walk(data)) {
      inside = files.filter(Files::isRegularFile).sorted(Comparator.naturalOrder()).toList();
    }
    for (Path file : inside) {
      if (file.getFileName().toString().startsWith("log_")) {
        cut(file, entries);
      } else if (data.relativize(file).startsWith("live")) {
        Files.delete(file);
      }
    }
    Path identity = data.resolve("identity");
    Files.writeString(identity, Files.readString(identity).replace("used=true", "used=false"));
  }

  private static void cut(Path segment, int entries) throws IOException {
    if (entries == 0 || !segment.getFileName().toString().startsWith("log_inprogress_0")) {
      Files.delete(segment);
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment)).position(SEGMENT_HEADER);
    for (int i = 0; i < entries; i++) {
      int size = varint(bytes);
      bytes.position(bytes.position() + size + CHECKSUM);
    }
    try (var channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      channel.truncate(bytes.position());
    }
  }

  private static int varint(ByteBuffer bytes) {
    int value = 0;
    int shift = 0;
    byte next;
    do {
      next = bytes.get();
      value |= (next & 0x7f) << shift;
      shift += 7;
    } while (next < 0);
    return value;
  }
}
