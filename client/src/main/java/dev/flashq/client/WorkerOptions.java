package dev.flashq.client;

import dev.flashq.protocol.Limits;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * How a {@link Worker} works; every {@code with} answers a changed copy.
 *
 * @param concurrency jobs at the same time, 1 to 1000
 * @param pullWait how long a pull waits for jobs; {@link Worker#close} may take as long
 * @param closeWait how long {@link Worker#close} waits for handlers before it interrupts them
 * @param problems gets a sentence for what the worker could not do and goes on after; it is called
 *     on the worker's threads
 */
public record WorkerOptions(
    int concurrency, Duration pullWait, Duration closeWait, Consumer<String> problems) {
  private static final Duration SHORTEST_PULL = Duration.ofMillis(100);

  /** Ten jobs at a time; 2 seconds for a pull, 30 to close; problems are logged. */
  public static final WorkerOptions DEFAULTS =
      new WorkerOptions(10, Duration.ofSeconds(2), Duration.ofSeconds(30), WorkerOptions::log);

  public WorkerOptions {
    if (concurrency < 1 || concurrency > Limits.JOBS_PER_COMMAND) {
      throw new IllegalArgumentException(
          "a worker's concurrency is between 1 and " + Limits.JOBS_PER_COMMAND);
    }
    if (pullWait.compareTo(SHORTEST_PULL) < 0 || closeWait.isNegative()) {
      throw new IllegalArgumentException(
          "a worker's pull waits for 100 milliseconds at least, and closing is not negative");
    }
  }

  public WorkerOptions withConcurrency(int value) {
    return new WorkerOptions(value, pullWait, closeWait, problems);
  }

  public WorkerOptions withPullWait(Duration value) {
    return new WorkerOptions(concurrency, value, closeWait, problems);
  }

  public WorkerOptions withCloseWait(Duration value) {
    return new WorkerOptions(concurrency, pullWait, value, problems);
  }

  public WorkerOptions withProblems(Consumer<String> value) {
    return new WorkerOptions(concurrency, pullWait, closeWait, value);
  }

  private static void log(String problem) {
    System.getLogger(Worker.class.getName()).log(System.Logger.Level.WARNING, problem);
  }
}
