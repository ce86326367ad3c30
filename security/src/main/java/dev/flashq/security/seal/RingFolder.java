package dev.flashq.security.seal;

import dev.flashq.security.DurableFiles;
import dev.flashq.security.secrets.SecretException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ring keys in files of a folder, each wrapped under the newest master key: one that was wrapped
 * under an older one is wrapped anew when the folder is opened.
 */
public final class RingFolder implements RingKeys {
  private static final Logger LOG = LoggerFactory.getLogger(RingFolder.class);
  private static final String FILES = "ring-*.key";
  private static final int FILE_BYTES = 2 * MasterKey.WRAPPED_BYTES;

  private final Path folder;
  private final WrappingKeys masterKeys;
  private final SecureRandom random;
  private volatile List<Held> held = List.of();

  private record Held(RingKey key, byte[] clear) {}

  private RingFolder(Path folder, WrappingKeys masterKeys, SecureRandom random) {
    this.folder = folder;
    this.masterKeys = masterKeys;
    this.random = random;
  }

  /** Reads what is there; fails with a sentence when something of it cannot be unwrapped. */
  public static RingFolder open(Path folder, WrappingKeys masterKeys, SecureRandom random)
      throws SecretException {
    var ring = new RingFolder(folder, masterKeys, random);
    try {
      Files.createDirectories(folder);
      ring.load();
    } catch (IOException e) {
      throw new SecretException("the ring keys in " + folder + " cannot be read: " + e);
    }
    return ring;
  }

  private synchronized void load() throws IOException, SecretException {
    var files = new ArrayList<Path>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, FILES)) {
      for (Path file : found) {
        if (isBeingDestroyed(file)) {
          Files.delete(file);
        } else {
          files.add(file);
        }
      }
    }
    if (files.size() > MAX) {
      throw new SecretException(folder + " holds more than " + MAX + " ring keys");
    }
    for (Path file : files) {
      RingKey key = read(file);
      byte[] clear = unwrap(key);
      add(
          newest().id().equals(key.masterKey()) ? key : store(key.number(), key.id(), clear),
          clear);
    }
  }

  /** Whether it was overwritten, and the process ended before it was deleted. */
  private static boolean isBeingDestroyed(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == 0;
    }
  }

  private static RingKey read(Path file) throws IOException, SecretException {
    if (Files.size(file) > FILE_BYTES) {
      throw new SecretException(file + " is no ring key");
    }
    try {
      return RingKey.parse(Files.readAllBytes(file));
    } catch (IllegalArgumentException _) {
      throw new SecretException(file + " is no ring key");
    }
  }

  private MasterKey newest() {
    return masterKeys.newest();
  }

  private byte[] unwrap(RingKey key) throws SecretException {
    byte[] clear;
    try {
      clear = masterKeys.unwrap(key.masterKey(), key.wrapped());
    } catch (SecretException e) {
      throw new SecretException("ring key " + key.number() + ": " + e.sentence());
    }
    if (clear.length != MasterKey.KEY_BYTES
        || !RingKey.idOf(key.number(), clear).equals(key.id())) {
      throw new SecretException("ring key " + key.number() + " is not what it says");
    }
    return clear;
  }

  @Override
  public List<RingKey> held() {
    return held.stream().map(Held::key).toList();
  }

  @Override
  public byte @Nullable [] key(long number, String id) {
    for (Held one : held) {
      if (one.key.is(number, id)) {
        return one.clear;
      }
    }
    return null;
  }

  @Override
  public synchronized RingKey make(long number) throws SecretException {
    if (held.size() >= MAX) {
      throw new SecretException(folder + " holds " + MAX + " ring keys, and takes no more");
    }
    byte[] clear = DataKey.create(random);
    RingKey made = store(number, RingKey.idOf(number, clear), clear);
    add(made, clear);
    return made;
  }

  @Override
  public synchronized void take(RingKey key) throws SecretException {
    if (key(key.number(), key.id()) == null && held.size() < MAX) {
      byte[] clear = unwrap(key);
      add(store(key.number(), key.id(), clear), clear);
    }
  }

  private void add(RingKey key, byte[] clear) {
    var all = new ArrayList<>(held);
    all.add(new Held(key, clear));
    all.sort(
        Comparator.comparingLong((Held one) -> one.key.number())
            .thenComparing(one -> one.key.id()));
    held = List.copyOf(all);
  }

  /** On the disk when this returns. */
  private RingKey store(long number, String id, byte[] clear) throws SecretException {
    RingKey key = new RingKey(number, id, newest().id(), newest().wrap(clear));
    Path temporary = folder.resolve("ring.tmp");
    try {
      DurableFiles.create(temporary, DurableFiles.PRIVATE, key.toText());
      Files.move(
          temporary,
          file(number, id),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      DurableFiles.forceFolder(folder);
      return key;
    } catch (IOException e) {
      throw new SecretException("a ring key cannot be written to " + folder + ": " + e);
    }
  }

  private Path file(long number, String id) {
    return folder.resolve("ring-" + number + "-" + id + ".key");
  }

  /**
   * Overwrites its file before it is deleted. What a disk or a file system keeps of it, copies that
   * were made of the folder, and backups are out of reach.
   */
  @Override
  public synchronized void destroy(long number, String id) throws SecretException {
    Held gone = held.stream().filter(one -> one.key.is(number, id)).findFirst().orElse(null);
    if (gone == null) {
      return;
    }
    try {
      Path file = file(number, id);
      if (Files.exists(file)) {
        DurableFiles.overwrite(file, new byte[(int) Files.size(file)]);
        Files.delete(file);
      }
      DurableFiles.forceFolder(folder);
    } catch (IOException e) {
      throw new SecretException("a ring key cannot be deleted from " + folder + ": " + e);
    }
    held = held.stream().filter(one -> one != gone).toList();
    Arrays.fill(gone.clear, (byte) 0);
    LOG.info("Ring key {} is destroyed on this node", number);
  }
}
