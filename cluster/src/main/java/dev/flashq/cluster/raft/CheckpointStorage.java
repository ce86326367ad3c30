package dev.flashq.cluster.raft;

import dev.flashq.cluster.replica.Checkpoint;
import dev.flashq.cluster.replica.Checkpoints;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.jspecify.annotations.Nullable;

/** Shows our checkpoints to Ratis, which sends their files to members that lag behind the log. */
final class CheckpointStorage implements StateMachineStorage {
  private final Checkpoints checkpoints;
  private final Path folder;
  private final Path temporary;

  /** Asked for with every append; read from disk only after a change. */
  private volatile @Nullable SnapshotInfo latest;

  CheckpointStorage(Checkpoints checkpoints, Path folder, Path temporary) {
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
