package dev.flashq.statemachine.engine;

import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that have an engine of their own and talk about one of its queues. */
abstract class WithEngine {
  @TempDir Path folder;
  EngineFixture cluster;
  QueueFixture queue;

  /** What the queue is called. */
  String queueName() {
    return "q";
  }

  @BeforeEach
  void open() {
    cluster = new EngineFixture(folder);
    queue = cluster.queue(queueName());
  }

  @AfterEach
  void close() {
    cluster.close();
  }
}
