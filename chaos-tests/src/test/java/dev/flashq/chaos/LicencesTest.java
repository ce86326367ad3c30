package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.Walk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bill of materials lists what is in the distribution, and all of it may be given on. */
class LicencesTest {
  private static final Pattern CLASSIFIER = Pattern.compile("[?&]classifier=([\\w-]+)");

  private static final Path SERVER = Path.of("../server/target");

  /** Under one of these a library may be part of a work under Apache-2.0, in its own jar. */
  private static final Set<String> ALLOWED =
      Set.of(
          "Apache-2.0",
          "MIT",
          "MIT-0",
          "BSD-2-Clause",
          "BSD-3-Clause",
          "CC0-1.0",
          "EPL-1.0",
          "EPL-2.0",
          // A text as that of MIT.
          "Bouncy Castle Licence",
          // A text as that of BSD-3-Clause.
          "Go License");

  /** Reads the names, versions and licences of the components. */
  private static final class Bill implements Walk.Visitor {
    private final Map<String, List<String>> licences = new TreeMap<>();
    private final Deque<String> path = new ArrayDeque<>();
    private String library = "";
    private String version = "";

    /** What a jar with native code is for, in its name. */
    private String system = "";

    private List<String> its = new ArrayList<>();

    @Override
    public void openMap() {
      path.addLast("");
    }

    @Override
    public void name(String name) {
      path.removeLast();
      path.addLast(name);
    }

    @Override
    public void openArray() {
      path.addLast("[]");
    }

    @Override
    public void item(int index) {}

    @Override
    public void close() {
      path.removeLast();
      if (where().equals("components/[]") && !library.isEmpty()) {
        licences.put(library + "-" + version + system + ".jar", its);
        system = "";
        library = "";
        its = new ArrayList<>();
      }
    }

    private String where() {
      return String.join("/", path);
    }

    @Override
    public void text(String text) {
      switch (where()) {
        case "components/[]/name" -> library = text;
        case "components/[]/version" -> version = text;
        case "components/[]/purl" -> {
          Matcher classifier = CLASSIFIER.matcher(text);
          system = classifier.find() ? "-" + classifier.group(1) : "";
        }
        case "components/[]/licenses/[]/license/id",
            "components/[]/licenses/[]/license/name",
            "components/[]/licenses/[]/expression" ->
            its.add(text);
        default -> {}
      }
    }

    @Override
    public void number(String text) {}

    @Override
    public void bytes(byte[] bytes, int from, int to) {}

    @Override
    public void constant(Kind kind) {}
  }

  private static Map<String, List<String>> bill() throws IOException {
    byte[] json = Files.readAllBytes(SERVER.resolve("sbom.json"));
    var bill = new Bill();
    Walk.json(json, 0, json.length, bill);
    return bill.licences;
  }

  @Test
  void theBillNamesEveryJarOfTheDistribution() throws IOException {
    try (Stream<Path> jars = Files.list(SERVER.resolve("lib"))) {
      List<String> names =
          jars.map(jar -> jar.getFileName().toString())
              .filter(name -> !name.startsWith("flashq-"))
              .sorted()
              .toList();
      assertThat(names).hasSizeGreaterThan(40);
      assertThat(bill().keySet()).containsAll(names);
    }
  }

  @Test
  void everyLibraryMayBeGivenOn() throws IOException {
    bill()
        .forEach(
            (library, licences) ->
                assertThat(licences).as("licences of %s", library).anyMatch(ALLOWED::contains));
  }
}
