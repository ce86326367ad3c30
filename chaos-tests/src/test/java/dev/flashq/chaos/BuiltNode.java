package dev.flashq.chaos;

import dev.flashq.launcher.NodeCommand;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A node as {@code ./flashq cluster} starts it, from the jars of the build and with the AOT cache:
 * without it, three nodes that start on two cores cost a test many seconds each time.
 */
final class BuiltNode {
  /** Settings that keep the start script from building: this build has just done so. */
  static final Map<String, String> AS_BUILT = Map.of("FLASHQ_BUILD", "never");

  private BuiltNode() {}

  static List<String> command() throws IOException {
    Program.run(AS_BUILT, List.of("./flashq", "prepare")).checked();
    return NodeCommand.ofBuilt(Program.ROOT.resolve("server/target"));
  }
}
