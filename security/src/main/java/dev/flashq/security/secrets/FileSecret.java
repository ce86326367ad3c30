package dev.flashq.security.secrets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a file holds at the moment; it may be a link that is swapped. */
record FileSecret(Path file) implements Secret {
  private static final int MIB = 1 << 20;

  @Override
  public byte[] read(int limit) throws SecretException {
    if (!Files.isRegularFile(file)) {
      throw new SecretException("There is no file " + file);
    }
    if (!Files.isReadable(file)) {
      throw new SecretException(file + " cannot be read by this process");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new SecretException(file + " is larger than " + size(limit));
      }
      return bytes;
    } catch (IOException e) {
      throw new SecretException(file + " cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private static String size(int limit) {
    return limit % MIB == 0 ? limit / MIB + " MiB" : limit + " bytes";
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
