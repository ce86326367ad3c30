package dev.flashq.cluster.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.cluster.replica.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto.SnapshotChunkProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrivalsTest {
  @TempDir Path folder;
  private Path temporary = Path.of("unset");
  private boolean paused;
  private int stuck;
  private long now;
  private @Nullable Arrivals made;
  private final List<String> taken = new ArrayList<>();
  private InstallSnapshotResult result = InstallSnapshotResult.SUCCESS;
  private Fault fault = () -> {};

  private interface Fault {
    void happen() throws IOException;
  }

  @BeforeEach
  void inAFolder() throws IOException {
    temporary = Files.createDirectories(folder.resolve("tmp"));
    made =
        new Arrivals(
            new Checkpoints(folder.resolve("sm"), temporary),
            () -> paused,
            () -> stuck++,
            () -> now);
  }

  private Arrivals arrivals() {
    return requireNonNull(made);
  }

  private InstallSnapshotResult send(String transfer, int index) throws IOException {
    return send(transfer, index, false);
  }

  private InstallSnapshotResult send(String transfer, int index, boolean done) throws IOException {
    var part =
        InstallSnapshotRequestProto.newBuilder()
            .setSnapshotChunk(
                SnapshotChunkProto.newBuilder()
                    .setRequestId(transfer)
                    .setRequestIndex(index)
                    .setDone(done))
            .build();
    return arrivals().take(part, this::install).getResult();
  }

  /** Like Ratis, it writes what arrives into the folder of the transfer. */
  private InstallSnapshotReplyProto install(InstallSnapshotRequestProto part) throws IOException {
    var chunk = part.getSnapshotChunk();
    taken.add(chunk.getRequestId() + chunk.getRequestIndex());
    Path received = temporary.resolve("snapshot-" + chunk.getRequestId()).resolve("snapshot.1_9");
    Files.writeString(Files.createDirectories(received).resolve("file"), "part");
    fault.happen();
    return InstallSnapshotReplyProto.newBuilder().setResult(result).build();
  }

  private List<String> transfers() throws IOException {
    try (Stream<Path> entries = Files.list(temporary)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void deletesWhatATransferHasLeftWhenItEnds() throws IOException {
    send("a", 0);
    send("a", 1);
    assertThat(transfers()).containsExactly("snapshot-a");
    assertThat(arrivals().isActive()).isTrue();
    send("a", 2, true);
    assertThat(transfers()).isEmpty();
    assertThat(arrivals().isActive()).isFalse();

    send("b", 0);
    fault =
        () -> {
          throw new IOException("the disk is full");
        };
    assertThatThrownBy(() -> send("b", 1)).hasMessage("the disk is full");
    assertThat(transfers()).isEmpty();

    fault = () -> {};
    result = InstallSnapshotResult.NOT_LEADER;
    assertThat(send("c", 0)).isEqualTo(InstallSnapshotResult.NOT_LEADER);
    assertThat(transfers()).isEmpty();
    assertThat(stuck).isZero();
  }

  @Test
  void keepsOnlyTheTransferThatBeganLast() throws IOException {
    Files.createDirectories(temporary.resolve("snapshot-forgotten/snapshot.1_9"));
    Files.createDirectories(temporary.resolve("draft"));
    send("a", 0);
    send("b", 0);
    send("b", 1);

    assertThat(transfers()).containsExactly("draft", "snapshot-b");
    assertThatThrownBy(() -> send("a", 1)).hasMessageContaining("another transfer");
    assertThat(taken).containsExactly("a0", "b0", "b1");
    assertThat(transfers()).containsExactly("draft", "snapshot-b");
  }

  @Test
  void confirmsAgainWhatItHasAndTakesNothingOutOfTurn() throws IOException {
    send("a", 0);
    send("a", 1);
    assertThat(send("a", 0)).isEqualTo(InstallSnapshotResult.SUCCESS);
    assertThat(send("a", 1)).isEqualTo(InstallSnapshotResult.SUCCESS);
    assertThatThrownBy(() -> send("a", 3)).hasMessageContaining("part 3 of a checkpoint instead");
    send("a", 2);

    assertThat(taken).containsExactly("a0", "a1", "a2");
  }

  @Test
  void waitsAWhileForTheRestOfATransfer() throws IOException {
    send("a", 0);
    now += Arrivals.PATIENCE_MS;
    arrivals().tidy();
    assertThat(transfers()).containsExactly("snapshot-a");
    send("a", 1);
    now += Arrivals.PATIENCE_MS + 1;
    arrivals().tidy();
    assertThat(transfers()).isEmpty();
    assertThatThrownBy(() -> send("a", 2)).isInstanceOf(IOException.class);
  }

  @Test
  void tellsWhenTheInstallationFailsAndKeepsWhatHasArrived() throws IOException {
    send("a", 0);
    fault =
        () -> {
          paused = true;
          throw new IOException("a folder cannot be moved");
        };
    assertThatThrownBy(() -> send("a", 1)).isInstanceOf(IOException.class);
    now += 2 * Arrivals.PATIENCE_MS;
    arrivals().tidy();
    assertThatThrownBy(() -> send("b", 0)).isInstanceOf(IOException.class);

    assertThat(stuck).isOne();
    assertThat(transfers()).containsExactly("snapshot-a");
  }

  @Test
  void failsNotWhileAnotherCheckpointIsOpened() {
    paused = true;
    fault =
        () -> {
          throw new IOException("not now");
        };
    assertThatThrownBy(() -> send("a", 0)).hasMessage("not now");

    assertThat(stuck).isZero();
  }
}
