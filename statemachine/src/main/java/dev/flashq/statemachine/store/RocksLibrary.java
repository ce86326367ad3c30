package dev.flashq.statemachine.store;

import dev.flashq.statemachine.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's library, kept in a folder of ours. RocksDB itself writes a copy into the temporary
 * folder at every start, which a process that is killed leaves there.
 */
public final class RocksLibrary {
  private RocksLibrary() {}

  /** Loads the library from the folder, where it is put first if it is not there. */
  public static void loadFrom(Path folder) {
    // The name under which RocksDB looks for it in a folder is not that in its jar.
    Path file = folder.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
    try {
      try (InputStream packed = packed()) {
        if (packed == null) {
          // RocksDB looks for it in its own ways.
          RocksDB.loadLibrary();
          return;
        }
        byte[] library = packed.readAllBytes();
        if (!Files.exists(file) || Files.size(file) != library.length) {
          Files.createDirectories(folder);
          Path draft = Files.createTempFile(folder, "rocksdb", ".draft");
          Files.write(draft, library);
          Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        }
      }
      RocksDB.loadLibrary(List.of(folder.toAbsolutePath().toString()));
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new StorageException("RocksDB's library cannot be loaded from " + folder, e);
    }
  }

  private static @Nullable InputStream packed() {
    return RocksDB.class.getResourceAsStream("/" + Environment.getJniLibraryFileName("rocksdb"));
  }
}
