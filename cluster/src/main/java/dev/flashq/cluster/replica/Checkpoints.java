package dev.flashq.cluster.replica;

import dev.flashq.statemachine.QueueEngine.Applied;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of a replica, each in a folder {@code snapshot.<term>_<index>}. */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final String PREFIX = "snapshot.";
  private static final int KEPT = 2;

  /** How Ratis names the folder of a transfer in the temporary folder, before its id. */
  private static final String TRANSFER = "snapshot-";

  private final Path folder;
  private final Path temporary;

  /**
   * @param folder holds nothing but checkpoints; replaced as a whole when a leader sends one
   * @param temporary on the same file system, for what is not complete yet
   */
  public Checkpoints(Path folder, Path temporary) {
    this.folder = folder;
    this.temporary = temporary;
  }

  public Optional<Checkpoint> newest() throws IOException {
    return valid().stream().findFirst();
  }

  /** Deletes what a crash left behind: half-written checkpoints here and everything temporary. */
  public void clean() throws IOException {
    for (Path leftover : Disk.list(temporary)) {
      Disk.delete(leftover);
    }
    for (Path candidate : Disk.list(folder)) {
      if (Checkpoint.open(candidate).isEmpty()) {
        LOG.warn("{} is deleted: it is not a complete checkpoint", candidate);
        Disk.delete(candidate);
      }
    }
  }

  /**
   * Deletes what transfers of checkpoints from leaders have left.
   *
   * @param kept the id of the transfer that goes on; null: none does
   */
  public void discardTransfers(@Nullable String kept) throws IOException {
    for (Path path : Disk.list(temporary)) {
      if (isTransfer(path) && !path.endsWith(TRANSFER + kept)) {
        LOG.info("{} is deleted: nothing more of this checkpoint will arrive", path);
        Disk.delete(path);
      }
    }
  }

  static boolean isTransfer(Path path) {
    return path.getFileName().toString().startsWith(TRANSFER);
  }

  /** Where an engine may write its next checkpoint. */
  Path draft() throws IOException {
    Files.createDirectories(temporary);
    Path draft = temporary.resolve("draft");
    Disk.delete(draft);
    return draft;
  }

  /** Adds the manifest to a written draft and puts it among the checkpoints in one step. */
  Checkpoint publish(Path draft, Applied applied) throws IOException {
    var manifest = new Manifest(applied, items(draft));
    Disk.replace(draft.resolve(Manifest.FILE), manifest.text());
    Path target = folder.resolve(PREFIX + applied.term() + "_" + applied.index());
    Files.createDirectories(folder);
    Disk.delete(target);
    Disk.move(draft, target);
    return Checkpoint.open(target).orElseThrow(() -> new IOException(target + " vanished"));
  }

  /** Deletes all but the newest two. */
  public void retain() throws IOException {
    for (Checkpoint old : valid().stream().skip(KEPT).toList()) {
      Disk.delete(old.folder());
    }
  }

  /**
   * Proves a checkpoint that a leader has sent into a temporary folder, before it replaces what is
   * here: complete, undamaged, on disk.
   */
  public void proveReceived() throws IOException {
    Path received = newestReceived();
    Checkpoint.open(received)
        .orElseThrow(() -> new IOException(received + " is not a complete checkpoint"))
        .verify();
    Disk.syncAll(Disk.parent(received));
  }

  private Path newestReceived() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path transfer : Disk.list(temporary)) {
      for (Path candidate : Disk.list(transfer)) {
        if (Files.exists(candidate.resolve(Manifest.FILE))) {
          found.add(candidate);
        }
      }
    }
    return found.stream()
        .max(Comparator.comparingLong(path -> path.resolve(Manifest.FILE).toFile().lastModified()))
        .orElseThrow(
            () -> new IOException("the leader's checkpoint has arrived without its manifest"));
  }

  private List<Checkpoint> valid() throws IOException {
    List<Checkpoint> found = new ArrayList<>();
    for (Path candidate : Disk.list(folder)) {
      Checkpoint.open(candidate).ifPresent(found::add);
    }
    found.sort(Comparator.comparingLong((Checkpoint c) -> c.applied().index()).reversed());
    return found;
  }

  private List<Manifest.Item> items(Path draft) throws IOException {
    Map<Object, Manifest.Item> known = knownByInode();
    List<Manifest.Item> items = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(draft)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String path = draft.relativize(file).toString().replace('\\', '/');
        Manifest.Item same = known.get(inode(file));
        long size = Files.size(file);
        long checksum =
            same != null && same.size() == size ? same.checksum() : Manifest.checksum(file);
        items.add(new Manifest.Item(path, size, checksum));
      }
    }
    return items;
  }

  /**
   * Files that the previous checkpoint shares with the next one by hard link need not be read
   * again, so that the cost of a checkpoint follows what has changed and not the size of the state.
   */
  private Map<Object, Manifest.Item> knownByInode() throws IOException {
    Map<Object, Manifest.Item> known = new HashMap<>();
    Optional<Checkpoint> previous = newest();
    if (previous.isPresent()) {
      for (Manifest.Item item : previous.get().manifest().items()) {
        known.put(inode(previous.get().folder().resolve(item.path())), item);
      }
    }
    return known;
  }

  private static Object inode(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? new Object() : key;
  }
}
