package dev.flashq.cluster.replica;

import dev.flashq.statemachine.QueueEngine.Applied;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A complete state on disk, frozen after the last entry it contains. */
public final class Checkpoint {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);

  private final Path folder;
  private final Manifest manifest;

  private Checkpoint(Path folder, Manifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /**
   * The checkpoint in a folder, when its manifest is whole and every file has its size; contents
   * are not read.
   */
  static Optional<Checkpoint> open(Path folder) throws IOException {
    Optional<Manifest> manifest = Manifest.read(folder);
    if (manifest.isEmpty()) {
      return Optional.empty();
    }
    for (Manifest.Item item : manifest.get().items()) {
      Path file = folder.resolve(item.path());
      if (!Files.isRegularFile(file) || Files.size(file) != item.size()) {
        LOG.warn(
            "The checkpoint {} is not used: its file {} is missing or cut off",
            folder,
            item.path());
        return Optional.empty();
      }
    }
    return Optional.of(new Checkpoint(folder, manifest.get()));
  }

  public Applied applied() {
    return manifest.applied();
  }

  Path folder() {
    return folder;
  }

  Manifest manifest() {
    return manifest;
  }

  /** All files, the manifest last, so that a copy that was cut off has none. */
  public List<Path> files() {
    List<Path> files = new ArrayList<>();
    manifest.items().forEach(item -> files.add(folder.resolve(item.path())));
    files.add(folder.resolve(Manifest.FILE));
    return files;
  }

  /** Reads every file and compares; fails naming the first that differs. */
  void verify() throws IOException {
    for (Manifest.Item item : manifest.items()) {
      if (Manifest.checksum(folder.resolve(item.path())) != item.checksum()) {
        throw new IOException(
            "The file " + item.path() + " of the checkpoint " + folder + " is damaged");
      }
    }
  }

  /**
   * Whether a file is what it was when it was written.
   *
   * @param path relative, with slashes
   */
  boolean isSound(String path) throws IOException {
    for (Manifest.Item item : manifest.items()) {
      if (item.path().equals(path)) {
        return Manifest.checksum(folder.resolve(path)) == item.checksum();
      }
    }
    // The manifest has a checksum of its own, and was read with it.
    return path.equals(Manifest.FILE);
  }

  /** Whether every file is what it was when it was written; says which is not. */
  boolean isSound() {
    try {
      verify();
      return true;
    } catch (IOException e) {
      LOG.error("The checkpoint {} is not used: {}", folder, e.getMessage());
      return false;
    }
  }

  /**
   * Makes the checkpoint's files appear in a new folder; copies only where the file system has no
   * hard links.
   */
  void linkInto(Path target) throws IOException {
    Files.createDirectories(target);
    for (Manifest.Item item : manifest.items()) {
      Path to = target.resolve(item.path());
      Files.createDirectories(Disk.parent(to));
      try {
        Files.createLink(to, folder.resolve(item.path()));
      } catch (IOException | UnsupportedOperationException e) {
        LOG.debug("{} is copied because it cannot be linked: {}", to, e.toString());
        Files.copy(folder.resolve(item.path()), to);
      }
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
