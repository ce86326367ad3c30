package dev.flashq.security;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Keeps other nodes of the machine out of a shared folder for a moment. */
final class FolderLock implements AutoCloseable {
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  static FolderLock take(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    long deadline = System.nanoTime() + WAIT_NANOS;
    while (tryLock(channel) == null) {
      if (System.nanoTime() - deadline > 0) {
        channel.close();
        throw new IOException("another process holds the lock of " + folder + " for too long");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return new FolderLock(channel);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      // A node in this same process holds it.
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
