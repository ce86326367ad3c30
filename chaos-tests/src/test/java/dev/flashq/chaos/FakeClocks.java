package dev.flashq.chaos;

import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Clocks of containers that a test can set, by Debian's libfaketime. What only goes forward, as a
 * JVM's nanoTime, stays right. Without the library there are none to set.
 */
final class FakeClocks {
  private static final String LIBRARY = "/faketime.so";
  private static final String CLOCK = "/clock";
  private static final String OFFSET = "offset";

  private final List<Path> library;
  private final Path folder;

  /**
   * @param folder where the clocks of all nodes are set
   */
  FakeClocks(Path folder) {
    this.folder = folder;
    this.library =
        Stream.of("x86_64", "aarch64")
            .map(cpu -> Path.of("/usr/lib", cpu + "-linux-gnu", "faketime", "libfaketimeMT.so.1"))
            .filter(Files::exists)
            .toList();
    ContainerCluster.IDS.forEach(id -> set(id, Duration.ZERO));
  }

  boolean canBeSet() {
    return !library.isEmpty();
  }

  /** Of a container whose clock can be set. */
  Map<String, String> environment() {
    return canBeSet()
        ? Map.of(
            "LD_PRELOAD",
            LIBRARY,
            "FAKETIME_TIMESTAMP_FILE",
            CLOCK + "/" + OFFSET,
            "FAKETIME_CACHE_DURATION",
            "1",
            "FAKETIME_DONT_FAKE_MONOTONIC",
            "1",
            // With the fix, which is meant for other systems, waits of the JVM end at once.
            "FAKETIME_FORCE_MONOTONIC_FIX",
            "0",
            "NO_FAKE_STAT",
            "1")
        : Map.of();
  }

  List<Mount> mounts(String id) {
    return library.stream()
        .flatMap(file -> Stream.of(mount(file, LIBRARY), mount(folder.resolve(id), CLOCK)))
        .toList();
  }

  private static Mount mount(Path source, String target) {
    return new Mount()
        .withType(MountType.BIND)
        .withSource(source.toAbsolutePath().toString())
        .withTarget(target)
        .withReadOnly(true);
  }

  /** How far the node's clock is off from a second later on. */
  void set(String id, Duration offset) {
    try {
      Path clock = Files.createDirectories(folder.resolve(id));
      Files.setPosixFilePermissions(clock, PosixFilePermissions.fromString("rwxr-xr-x"));
      Path next = Files.writeString(folder.resolve(id + ".next"), sign(offset) + "\n");
      Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(next, clock.resolve(OFFSET), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("the clock of " + id + " cannot be set", e);
    }
  }

  private static String sign(Duration offset) {
    return (offset.isNegative() ? "" : "+") + offset.toSeconds();
  }
}
