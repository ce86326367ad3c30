package dev.flashq.cluster.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up an installation of a received checkpoint that a crash has cut off. Ratis moves the
 * folder of the checkpoints away, {@code sm} to {@code sm.tmp} and the time, then the transfer from
 * {@code tmp/snapshot-ID} into its place, and deletes what it moved away. Between the two moves
 * there is no checkpoint where one is looked for, though two are there.
 */
final class Installation {
  private static final Logger LOG = LoggerFactory.getLogger(Installation.class);
  private static final String MOVED = ".tmp";

  private final Path folder;
  private final Path temporary;

  /**
   * @param folder of the checkpoints
   * @param temporary holds what has been received
   */
  Installation(Path folder, Path temporary) {
    this.folder = folder;
    this.temporary = temporary;
  }

  /** Finishes it when the received checkpoint is whole, or else brings the old ones back. */
  void takeUp() throws IOException {
    List<Path> moved = moved();
    if (moved.isEmpty()) {
      return;
    }
    if (!holdsCheckpoint(folder)) {
      Optional<Path> source = source(moved);
      if (source.isEmpty()) {
        LOG.error("{} holds no complete checkpoint, and nothing else does; it stays", moved);
        return;
      }
      LOG.warn("The installation of a checkpoint was cut off; {} becomes {}", source.get(), folder);
      Disk.delete(folder);
      Disk.move(source.get(), folder);
    }
    for (Path rest : moved) {
      Disk.delete(rest);
    }
  }

  /** The folders that were moved away, newest first. */
  private List<Path> moved() throws IOException {
    String prefix = folder.getFileName() + MOVED;
    return Disk.list(Disk.parent(folder)).reversed().stream()
        .filter(path -> path.getFileName().toString().startsWith(prefix))
        .toList();
  }

  private Optional<Path> source(List<Path> moved) throws IOException {
    for (Path transfer : Disk.list(temporary)) {
      if (Checkpoints.isTransfer(transfer) && holdsSoundCheckpoint(transfer)) {
        return Optional.of(transfer);
      }
    }
    for (Path old : moved) {
      if (holdsCheckpoint(old)) {
        return Optional.of(old);
      }
    }
    return Optional.empty();
  }

  private static boolean holdsCheckpoint(Path folder) throws IOException {
    for (Path candidate : Disk.list(folder)) {
      if (Checkpoint.open(candidate).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** The crash may have come while the leader's checkpoint was still being proved. */
  private static boolean holdsSoundCheckpoint(Path folder) throws IOException {
    for (Path candidate : Disk.list(folder)) {
      Optional<Checkpoint> checkpoint = Checkpoint.open(candidate);
      if (checkpoint.isPresent() && checkpoint.get().isSound()) {
        return true;
      }
    }
    return false;
  }
}
