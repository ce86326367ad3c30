package dev.flashq.cluster.raft;

import dev.flashq.cluster.replica.Checkpoint;
import dev.flashq.cluster.replica.Checkpoints;
import dev.flashq.cluster.replica.DamagedException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.FileChunkProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageDirectory;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.jspecify.annotations.Nullable;

/** Shows our checkpoints to Ratis, which sends their files to members that lag behind the log. */
final class CheckpointStorage implements StateMachineStorage {
  /** What Ratis calls the folder of the checkpoints in what it sends. */
  private static final Path SENT_FROM = Path.of(RaftStorageDirectory.STATE_MACHINE_DIR_NAME);

  private final Checkpoints checkpoints;
  private final Path folder;
  private final Path temporary;
  private final Runnable damaged;

  /** Asked for with every append; read from disk only after a change. */
  private volatile @Nullable SnapshotInfo latest;

  /**
   * @param damaged called when a checkpoint that is being sent turns out to be damaged
   */
  CheckpointStorage(Checkpoints checkpoints, Path folder, Path temporary, Runnable damaged) {
    this.damaged = damaged;
    this.checkpoints = checkpoints;
    this.folder = folder;
    this.temporary = temporary;
  }

  @Override
  public void init(RaftStorage storage) throws IOException {
    refresh();
  }

  /** Reads the disk again, after a checkpoint has come or gone. */
  void refresh() throws IOException {
    Optional<Checkpoint> newest = checkpoints.newest();
    latest = newest.map(CheckpointStorage::info).orElse(null);
  }

  private static SnapshotInfo info(Checkpoint checkpoint) {
    List<FileInfo> files =
        checkpoint.files().stream().map(path -> new FileInfo(path.toAbsolutePath(), null)).toList();
    var applied = checkpoint.applied();
    return new FileListSnapshotInfo(files, TermIndex.valueOf(applied.term(), applied.index()));
  }

  /**
   * The same parts of a checkpoint, each file proved before its first part is given out. Fails at a
   * file that has changed on the disk; the checkpoint is then set aside.
   */
  Iterable<InstallSnapshotRequestProto> proved(Iterable<InstallSnapshotRequestProto> parts) {
    return () -> proved(parts.iterator());
  }

  private Iterator<InstallSnapshotRequestProto> proved(
      Iterator<InstallSnapshotRequestProto> parts) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return parts.hasNext();
      }

      @Override
      public InstallSnapshotRequestProto next() {
        InstallSnapshotRequestProto part = parts.next();
        for (FileChunkProto chunk : part.getSnapshotChunk().getFileChunksList()) {
          if (chunk.getChunkIndex() == 0) {
            prove(SENT_FROM.relativize(Path.of(chunk.getFilename())));
          }
        }
        return part;
      }
    };
  }

  private void prove(Path file) {
    try {
      checkpoints.requireSound(file);
    } catch (DamagedException e) {
      forget();
      damaged.run();
      throw new UncheckedIOException("A damaged checkpoint is not sent", e);
    } catch (IOException e) {
      throw new UncheckedIOException("A checkpoint cannot be read and is not sent", e);
    }
  }

  private void forget() {
    try {
      refresh();
    } catch (IOException e) {
      throw new UncheckedIOException("The checkpoints cannot be read", e);
    }
  }

  @Override
  public @Nullable SnapshotInfo getLatestSnapshot() {
    return latest;
  }

  @Override
  public void format() {}

  @Override
  public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {
    try {
      checkpoints.retain();
    } catch (IOException e) {
      throw new UncheckedIOException("Old checkpoints cannot be deleted", e);
    }
  }

  @Override
  public File getSnapshotDir() {
    return folder.toFile();
  }

  @Override
  public File getTmpDir() {
    return temporary.toFile();
  }
}
