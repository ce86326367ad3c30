package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of {@code ops/deploy}, perhaps with places of a test in the place of its own. */
record Recipe(String text) {
  static final Path FOLDER = Program.ROOT.resolve("ops/deploy");

  static Recipe of(String file) {
    try {
      return new Recipe(Files.readString(FOLDER.resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same with another port, address or path; what is replaced must be there. */
  Recipe with(String place, Object other) {
    assertThat(text).contains(place);
    return new Recipe(text.replace(place, other.toString()));
  }

  Path write(Path file) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
