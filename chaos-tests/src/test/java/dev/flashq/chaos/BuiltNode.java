package dev.flashq.chaos;

import dev.flashq.launcher.NodeCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A node as {@code ./flashq cluster} starts it, from the jars of the build and with the AOT cache:
 * without it, three nodes that start on two cores cost a test many seconds each time.
 */
final class BuiltNode {
  /** Settings that keep the start script from building: this build has just done so. */
  static final Map<String, String> AS_BUILT = Map.of("FLASHQ_BUILD", "never");

  /**
   * For nodes that live a minute: the code that the second compiler makes would not earn what the
   * compiler takes from the cores that all nodes share, more than half of a restarted node's time.
   */
  static final String QUICK = "-XX:TieredStopAtLevel=1";

  private BuiltNode() {}

  static List<String> command() throws IOException {
    Program.run(AS_BUILT, List.of("./flashq", "prepare")).checked();
    var command = new ArrayList<>(NodeCommand.ofBuilt(Program.ROOT.resolve("server/target")));
    command.add(1, QUICK);
    return command;
  }
}
