package dev.flashq.cluster.replica;

import dev.flashq.statemachine.QueueEngine;
import java.io.IOException;
import java.nio.file.Path;

/** Opens the engine of a replica; called at start and after each snapshot from the leader. */
@FunctionalInterface
public interface EngineFactory {
  /**
   * @param live the folder of the database: absent for an empty state, otherwise a copy of a
   *     checkpoint that the engine may change; files in it may be hard links, so existing ones must
   *     be replaced, never written
   * @param nodeId this node, as it stands in the entries that it proposes
   * @param boot number of this start of the node
   */
  QueueEngine open(Path live, String nodeId, long boot) throws IOException;
}
