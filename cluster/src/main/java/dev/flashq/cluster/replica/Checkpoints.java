package dev.flashq.cluster.replica;

import dev.flashq.statemachine.QueueEngine.Applied;
import dev.flashq.statemachine.StorageException;
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
  private static final String DAMAGED = "damaged";

  /** How Ratis names the folder of a transfer in the temporary folder, before its id. */
  private static final String TRANSFER = "snapshot-";

  private final Path folder;
  private final Path temporary;
  private final Path damaged;

  /**
   * @param folder holds nothing but checkpoints; replaced as a whole when a leader sends one
   * @param temporary on the same file system, for what is not complete yet
   */
  public Checkpoints(Path folder, Path temporary) {
    this.folder = folder;
    this.temporary = temporary;
    this.damaged = folder.resolveSibling(DAMAGED);
  }

  public Optional<Checkpoint> newest() throws IOException {
    return valid().stream().findFirst();
  }

  /**
   * The newest checkpoint whose files are what they were when they were written; those that are
   * newer and are not are set aside. Reads every file.
   */
  public Optional<Checkpoint> newestSound() throws IOException {
    for (Checkpoint checkpoint : valid()) {
      if (checkpoint.isSound()) {
        return Optional.of(checkpoint);
      }
      setAside(checkpoint);
    }
    return Optional.empty();
  }

  /**
   * A file of the checkpoint has changed on the disk: nobody uses the checkpoint any more. It stays
   * beside the others, since the state in use may share the file; of several the newest two.
   */
  private void setAside(Checkpoint checkpoint) throws IOException {
    Path target = damaged.resolve(checkpoint.folder().getFileName());
    LOG.error("The checkpoint {} is damaged and is set aside as {}", checkpoint, target);
    Files.createDirectories(damaged);
    Disk.delete(target);
    Disk.move(checkpoint.folder(), target);
    for (Checkpoint old : valid(damaged).stream().skip(KEPT).toList()) {
      Disk.delete(old.folder());
    }
  }

  /**
   * Fails, and sets the checkpoint aside, when a file of it is not what it was when it was written.
   *
   * @param path relative to the folder of the checkpoints
   */
  public void requireSound(Path path) throws IOException {
    Path name = path.getName(0);
    Checkpoint checkpoint =
        Checkpoint.open(folder.resolve(name))
            .orElseThrow(() -> new IOException("the checkpoint " + name + " is gone"));
    if (!checkpoint.isSound(slashed(name.relativize(path)))) {
      setAside(checkpoint);
      throw new DamagedException("the file " + path + " is damaged");
    }
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
    Path target = folderOf(applied);
    Files.createDirectories(folder);
    Disk.delete(target);
    Disk.move(draft, target);
    return Checkpoint.open(target).orElseThrow(() -> new IOException(target + " vanished"));
  }

  /** Deletes all but the newest two; each is gone at once, for those who look at them meanwhile. */
  public void retain() throws IOException {
    for (Checkpoint old : valid().stream().skip(KEPT).toList()) {
      Files.createDirectories(temporary);
      Path gone = temporary.resolve("old");
      Disk.delete(gone);
      Disk.move(old.folder(), gone);
      Disk.delete(gone);
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

  private Path folderOf(Applied applied) {
    return folder.resolve(PREFIX + applied.term() + "_" + applied.index());
  }

  private List<Checkpoint> valid() throws IOException {
    return valid(folder);
  }

  /** Newest first. */
  private static List<Checkpoint> valid(Path folder) throws IOException {
    List<Checkpoint> found = new ArrayList<>();
    for (Path candidate : Disk.list(folder)) {
      Checkpoint.open(candidate).ifPresent(found::add);
    }
    found.sort(Comparator.comparingLong((Checkpoint c) -> c.applied().index()).reversed());
    return found;
  }

  private List<Manifest.Item> items(Path draft) throws IOException {
    Map<Object, Manifest.Item> known = knownByInode();
    Map<Object, Manifest.Item> suspect = suspectByInode();
    List<Manifest.Item> items = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(draft)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String path = slashed(draft.relativize(file));
        requireUndamaged(file, suspect.get(inode(file)));
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
      putByInode(previous.get(), known);
    }
    return known;
  }

  /** The files of what was set aside; the sound ones among them too. */
  private Map<Object, Manifest.Item> suspectByInode() throws IOException {
    Map<Object, Manifest.Item> suspect = new HashMap<>();
    for (Checkpoint checkpoint : valid(damaged)) {
      putByInode(checkpoint, suspect);
    }
    return suspect;
  }

  /** Otherwise a changed file that the state in use shares would get a new checksum, and pass. */
  private static void requireUndamaged(Path file, Manifest.@Nullable Item known)
      throws IOException {
    if (known != null && Manifest.checksum(file) != known.checksum()) {
      throw new StorageException(
          "The file "
              + known.path()
              + " has changed on the disk, and the state in use contains it");
    }
  }

  private static void putByInode(Checkpoint checkpoint, Map<Object, Manifest.Item> items)
      throws IOException {
    for (Manifest.Item item : checkpoint.manifest().items()) {
      items.put(inode(checkpoint.folder().resolve(item.path())), item);
    }
  }

  private static String slashed(Path path) {
    return path.toString().replace('\\', '/');
  }

  private static Object inode(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? new Object() : key;
  }
}
