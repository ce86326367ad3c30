package dev.flashq.cluster.replica;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A node's folder: whose it is, that nobody else has it, and where everything lies in it.
 *
 * <pre>
 * identity           cluster, node, format; number of the first start; whether the node has ever
 *                    applied an entry
 * boot               number of the last start
 * lock               held while a process uses the folder
 * raft/GROUP/...     Ratis: the log and, in sm/, the checkpoints
 * live/GROUP/...     the database of the engine; made anew from a checkpoint at every start
 * </pre>
 *
 * <p>A member that lost its folder and comes back with an empty one has forgotten its votes and the
 * entries it confirmed, so that a majority may be wrong about what is safe. This class refuses a
 * folder that has lost a part. An empty folder looks like that of a new node until the log shows
 * what the node did before (see {@link #requireOwn}); then it is refused too, unless somebody has
 * said that the disk was replaced.
 */
public final class DataFolder implements AutoCloseable {
  private static final String REMEDY =
      "Bring the old data back; or, when all other members are ready, empty the folder and start with data.replaced=true";

  private static final String FORMAT = "4";
  private static final String FIRST = "first-boot";
  private static final String REPLACED = "replaced";

  private final Path folder;
  private final UUID group;
  private final Properties identity;
  private final String nodeId;

  /** The earliest start that the log may show; read once, since every entry of ours is checked. */
  private final long earliestBoot;

  private final FileChannel lock;
  private final AtomicBoolean used;
  private final long boot;

  private DataFolder(Path folder, UUID group, Properties identity, FileChannel lock, long firstBoot)
      throws IOException {
    this.folder = folder;
    this.group = group;
    this.identity = identity;
    this.nodeId = identity.getProperty("node");
    this.earliestBoot =
        Boolean.parseBoolean(identity.getProperty(REPLACED))
            ? 0
            : Long.parseLong(identity.getProperty(FIRST, "0"));
    this.lock = lock;
    this.used = new AtomicBoolean(isUsed(identity));
    requireWhole();
    this.boot = nextBoot(firstBoot);
  }

  /**
   * Takes the folder for this process, or fails with {@link DataFolderException} before anything is
   * changed in it.
   *
   * @param replaced if the folder is empty, it takes the place of one that is lost
   * @param now Unix ms; an empty folder begins to count starts from there, so that what an earlier
   *     folder of the node has counted is never counted again
   */
  public static DataFolder open(
      Path folder, String cluster, UUID group, String nodeId, boolean replaced, long now) {
    try {
      Files.createDirectories(folder);
      FileChannel lock = lock(folder);
      try {
        Properties identity = identity(folder, cluster, nodeId, replaced, now);
        return new DataFolder(folder, group, identity, lock, now);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The data folder " + folder + " cannot be used", e);
    }
  }

  /** The node that the folder belongs to. */
  public String nodeId() {
    return nodeId;
  }

  /** Number of this start, greater than at every start before. */
  public long boot() {
    return boot;
  }

  /**
   * The log shows a start of this node; it must have been made with this folder. Fails with {@link
   * DataFolderException} when it was made with another one, which is lost.
   */
  public void requireOwn(long bootInLog) {
    if (bootInLog < earliestBoot || bootInLog > boot) {
      throw new DataFolderException(
          "The cluster knows this node by start "
              + bootInLog
              + ", which the data folder "
              + folder
              + " does not know: the node's disk was emptied or replaced, and with it what the node had promised. "
              + REMEDY);
    }
  }

  /** What Ratis gets; it makes one folder per group in it. */
  public Path raft() {
    return folder.resolve("raft");
  }

  public Path live() {
    return folder.resolve("live").resolve(group.toString());
  }

  public Path checkpoints() {
    return groupFolder().resolve("sm");
  }

  public Path temporary() {
    return groupFolder().resolve("tmp");
  }

  /** From the first applied entry on, a folder without log is a damaged one and not a new one. */
  public void markUsed() {
    if (used.get() || used.getAndSet(true)) {
      return;
    }
    try {
      identity.setProperty("used", "true");
      Disk.replace(folder.resolve("identity"), text(identity));
    } catch (IOException e) {
      throw new UncheckedIOException("The identity file in " + folder + " cannot be written", e);
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path groupFolder() {
    return raft().resolve(group.toString());
  }

  private static FileChannel lock(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      channel.close();
      throw new DataFolderException("The data folder " + folder + " is in use by another process");
    }
    return channel;
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      return null;
    }
  }

  private static Properties identity(
      Path folder, String cluster, String nodeId, boolean replaced, long now) throws IOException {
    Path file = folder.resolve("identity");
    if (!Files.exists(file)) {
      requireNew(folder);
      var fresh = new Properties();
      fresh.setProperty("format", FORMAT);
      fresh.setProperty("cluster", cluster);
      fresh.setProperty("node", nodeId);
      fresh.setProperty(FIRST, Long.toString(now));
      fresh.setProperty(REPLACED, Boolean.toString(replaced));
      Disk.replace(file, text(fresh));
      return fresh;
    }
    var known = new Properties();
    known.load(new StringReader(Files.readString(file)));
    require(folder, known, "format", FORMAT);
    require(folder, known, "cluster", cluster);
    require(folder, known, "node", nodeId);
    return known;
  }

  private static void require(Path folder, Properties known, String what, String expected) {
    String found = known.getProperty(what);
    if (!expected.equals(found)) {
      throw new DataFolderException(
          "The data folder "
              + folder
              + " belongs to "
              + what
              + " '"
              + found
              + "', this node has "
              + what
              + " '"
              + expected
              + "'");
    }
  }

  private static void requireNew(Path folder) throws IOException {
    for (Path path : Disk.list(folder)) {
      String name = path.getFileName().toString();
      // Ring keys are brought back before the first start.
      if (!name.equals("lock") && !name.equals("identity.new") && !name.equals("ring")) {
        throw new DataFolderException(
            "The data folder "
                + folder
                + " has no identity file but holds '"
                + name
                + "'; nobody knows whose data it is");
      }
    }
  }

  private void requireWhole() throws IOException {
    for (Path path : Disk.list(raft())) {
      if (!path.equals(groupFolder())) {
        throw new DataFolderException(
            "The data folder " + folder + " holds a Raft group of another cluster: " + path);
      }
    }
    if (!isUsed(identity)) {
      return;
    }
    if (!Files.isDirectory(groupFolder().resolve("current"))
        || !Files.exists(folder.resolve("boot"))) {
      throw new DataFolderException(
          "The data folder "
              + folder
              + " has lost a part of its content (the Raft log or the boot number); "
              + "the node must not vote with it. "
              + REMEDY);
    }
    new Installation(checkpoints(), temporary()).takeUp();
    requireLogFrom(
        new Checkpoints(checkpoints(), temporary())
            .newest()
            .map(c -> c.applied().index())
            .orElse(-1L));
  }

  /**
   * The log of a folder that was used must begin at or before the entry that follows the
   * checkpoint; otherwise fails with {@link DataFolderException}.
   *
   * @param checkpoint its last entry; -1: there is none
   */
  public void requireLogFrom(long checkpoint) throws IOException {
    if (!used.get()) {
      return;
    }
    long first = firstLogIndex();
    if (first > checkpoint + 1) {
      throw new DataFolderException(
          "The data folder "
              + folder
              + " lacks entries: its newest complete checkpoint ends at "
              + checkpoint
              + " and its log begins at "
              + (first == Long.MAX_VALUE ? "nothing" : first)
              + ". "
              + REMEDY);
    }
  }

  private long firstLogIndex() throws IOException {
    long first = Long.MAX_VALUE;
    for (Path path : Disk.list(groupFolder().resolve("current"))) {
      String name = path.getFileName().toString();
      if (name.startsWith("log_")) {
        String start = name.substring("log_".length()).replace("inprogress_", "");
        int dash = start.indexOf('-');
        first = Math.min(first, Long.parseLong(dash < 0 ? start : start.substring(0, dash)));
      }
    }
    return first == Long.MAX_VALUE && newestCheckpointExists() ? 0 : first;
  }

  private boolean newestCheckpointExists() throws IOException {
    return new Checkpoints(checkpoints(), temporary()).newest().isPresent();
  }

  private long nextBoot(long first) throws IOException {
    Path file = folder.resolve("boot");
    long next = Files.exists(file) ? 1 + Long.parseLong(Files.readString(file).strip()) : first;
    Disk.replace(file, next + "\n");
    return next;
  }

  private static boolean isUsed(Properties identity) {
    return Boolean.parseBoolean(identity.getProperty("used"));
  }

  private static String text(Properties identity) {
    var text = new StringBuilder();
    identity.stringPropertyNames().stream()
        .sorted()
        .forEach(
            name -> text.append(name).append('=').append(identity.getProperty(name)).append('\n'));
    return text.toString();
  }
}
