package dev.flashq.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line of a node's process: this JVM's program, with the flags that a node wants. */
public final class NodeCommand {
  /** What a node has unless its user says otherwise, as in the start scripts. */
  public static final String MEMORY_AND_COLLECTOR = "-Xmx512m -Xmn256m -XX:+UseParallelGC";

  private static final String MAIN = "dev.flashq.server.Main";

  private NodeCommand() {}

  /** From the class path that the start script names, or else this JVM's own. */
  public static List<String> ofThisJvm() {
    return of(
        System.getProperty("flashq.server.class-path", System.getProperty("java.class.path")),
        System.getProperty("flashq.server.flags", ""),
        System.getProperty("flashq.server.aot", ""));
  }

  /**
   * From what is built in the folder {@code server/target}, as the start script takes it: the jars
   * in the order of their names, which the AOT cache was made with.
   */
  public static List<String> ofBuilt(Path server) throws IOException {
    try (Stream<Path> jars = Files.list(server.resolve("lib"))) {
      String classPath =
          jars.map(Path::toString)
              .filter(jar -> jar.endsWith(".jar"))
              .sorted()
              .collect(Collectors.joining(File.pathSeparator));
      return of(classPath, "", server.resolve("flashq.aot").toString());
    }
  }

  static List<String> of(String classPath, String flags, String aotCache) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-XX:+ExitOnOutOfMemoryError");
    String chosen = flags.isBlank() ? MEMORY_AND_COLLECTOR : flags.strip();
    command.addAll(List.of(chosen.split("\\s+")));
    if (!aotCache.isBlank() && Files.exists(Path.of(aotCache))) {
      command.add("-XX:AOTCache=" + aotCache);
    }
    command.addAll(List.of("-cp", classPath, MAIN, "server", "--end-with-parent"));
    return command;
  }
}
