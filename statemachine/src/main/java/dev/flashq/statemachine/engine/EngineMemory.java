package dev.flashq.statemachine.engine;

import java.util.concurrent.Executor;

/**
 * What an engine may keep in memory before the database gets it.
 *
 * @param overlayBytes of rows that the database does not have; up to twice as much while they are
 *     being written
 * @param background writes them beside the applying thread
 */
public record EngineMemory(long overlayBytes, Executor background) {
  public static final EngineMemory DEFAULT = new EngineMemory(32L << 20, Runnable::run);
}
