package dev.flashq.client.secure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A folder out of which paths of users do not lead. A path is refused rather than mended: what
 * remains of {@code ....//} when {@code ../} is taken out is {@code ../} again.
 */
public final class RootFolder {
  /** Characters of a path. */
  public static final int MAX_CHARACTERS = 1024;

  /** Characters of one name of it. */
  public static final int MAX_NAME = 255;

  /** No name ends with a dot: Windows would not see it. */
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]*[a-zA-Z0-9_-]");

  private final Path root;

  /**
   * @throws IOException when there is no such folder
   */
  public RootFolder(Path root) throws IOException {
    this.root = root.toRealPath();
    if (!Files.isDirectory(this.root)) {
      throw new IOException(root + " is not a folder");
    }
  }

  /**
   * Where the path leads; the file need not be there. Links are followed, and may lead to places in
   * the folder only. Who can change the folder in the same moment can still put a link there.
   *
   * @param path names of ASCII letters, digits, {@code . _ -}, with {@code /} between them
   * @throws IllegalArgumentException when it is of another form or leads out of the folder
   * @throws IOException when the folder cannot be read
   */
  public Path resolve(String path) throws IOException {
    if (path.length() > MAX_CHARACTERS) {
      throw refused("longer than " + MAX_CHARACTERS + " characters");
    }
    Path place = root;
    for (String name : path.split("/", -1)) {
      if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
        throw refused("not made of names between '/'");
      }
      place = follow(place.resolve(name));
    }
    return place;
  }

  private Path follow(Path place) throws IOException {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return place;
    }
    if (!Files.exists(place)) {
      throw refused("a link that leads nowhere");
    }
    Path real = place.toRealPath();
    if (!real.startsWith(root)) {
      throw refused("a link that leads out of its folder");
    }
    return real;
  }

  private static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException("Invalid path: it is " + what);
  }
}
