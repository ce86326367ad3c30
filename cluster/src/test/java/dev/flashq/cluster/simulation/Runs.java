package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.Simulation.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs plans in a folder of their own, and reports what failed. */
final class Runs implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final int LINES = 60;

  private final Path folder;
  private int runs;

  Runs() {
    try {
      folder =
          Files.isWritable(MEMORY)
              ? Files.createTempDirectory(MEMORY, "flashq-simulation")
              : Files.createTempDirectory("flashq-simulation");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Result run(Plan plan, PlantedBug bug, boolean tracing) {
    try (var simulation = new Simulation(plan, bug, folder.resolve("run" + ++runs), tracing)) {
      return simulation.run();
    }
  }

  Result run(long seed) {
    return run(Plan.of(seed, Plan.Profile.ALL), PlantedBug.NONE, false);
  }

  /** What happened, as small as it can be made. */
  List<String> report(Result failed) {
    Result small = new Shrinker(plan -> run(plan, PlantedBug.NONE, false)).shrink(failed);
    Result traced = run(small.plan(), PlantedBug.NONE, true);
    var lines = new ArrayList<String>();
    lines.add("seed " + failed.plan().seed() + ": " + failed.violation());
    lines.add("repeat with ./flashq simulate --seed " + failed.plan().seed());
    lines.add("shrunk to " + small.plan());
    List<String> trace = traced.trace();
    lines.addAll(trace.subList(Math.max(0, trace.size() - LINES), trace.size()));
    lines.add(String.valueOf(traced.violation()));
    return lines;
  }

  @Override
  public void close() {
    Simulation.delete(folder);
  }
}
