package dev.flashq.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One server process; it can be killed and started again on the same data. */
public final class LocalNode {
  private final String id;
  private final int tcpPort;
  private final int httpPort;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path output;
  private @Nullable Process process;
  private volatile boolean wanted;

  LocalNode(
      String id,
      int tcpPort,
      int httpPort,
      List<String> command,
      Map<String, String> environment,
      Path output) {
    this.id = id;
    this.tcpPort = tcpPort;
    this.httpPort = httpPort;
    this.command = command;
    this.environment = environment;
    this.output = output;
  }

  public String id() {
    return id;
  }

  public int tcpPort() {
    return tcpPort;
  }

  public int httpPort() {
    return httpPort;
  }

  /** Where the process's output goes. */
  public Path output() {
    return output;
  }

  public long pid() {
    Process running = process;
    return running == null ? -1 : running.pid();
  }

  public boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** Whether it was started and not told to end. */
  boolean isWanted() {
    return wanted;
  }

  /** Whether it was started and has ended without being told to. */
  boolean hasStoppedByItself() {
    return wanted && !isAlive();
  }

  /** What the ended process answered; empty while it runs. */
  public OptionalInt exitCode() {
    Process ended = process;
    return ended == null || ended.isAlive()
        ? OptionalInt.empty()
        : OptionalInt.of(ended.exitValue());
  }

  public void start() {
    try {
      Files.createDirectories(output.toAbsolutePath().getParent());
      var builder = new ProcessBuilder(new ArrayList<>(command));
      builder.environment().keySet().removeIf(name -> name.startsWith("FLASHQ_"));
      builder.environment().putAll(environment);
      builder
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
      process = builder.start();
      wanted = true;
    } catch (IOException e) {
      throw new LocalClusterException("cannot start node " + id + ": " + e.getMessage(), e);
    }
  }

  /** Ends the process at once, as kill -9 does, and waits until it is gone. */
  public void kill() {
    wanted = false;
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      await(running, 10);
    }
  }

  /** Asks the process to stop; kills it after 20 seconds. */
  public void stop() {
    wanted = false;
    Process running = process;
    if (running != null && running.isAlive()) {
      running.destroy();
      if (!await(running, 20)) {
        kill();
      }
    }
  }

  /** Asks the process to stop, without waiting. */
  void requestStop() {
    wanted = false;
    Process running = process;
    if (running != null) {
      running.destroy();
    }
  }

  private static boolean await(Process process, int seconds) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
