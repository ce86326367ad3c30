package dev.flashq.bench.jmh;

import dev.flashq.statemachine.QueueEngine.Outcome;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Log entries of 200 commands, each about one job of 256 bytes; figures are per command, of {@link
 * #cycle} per job.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class EngineBenchmark {
  static final int COMMANDS = 200;

  /** The queue grows. */
  @State(Scope.Thread)
  public static class Empty extends EngineAtWork {}

  /** 200 jobs wait. */
  @State(Scope.Thread)
  public static class Waiting extends EngineAtWork {
    @Setup(Level.Invocation)
    public void fill() {
      // Else there would soon be more active jobs than are allowed, and nothing to pull.
      prepareAcks();
      ack();
      push();
    }
  }

  /** 200 jobs are active. */
  @State(Scope.Thread)
  public static class Active extends EngineAtWork {
    @Setup(Level.Invocation)
    public void fill() {
      push();
      pull();
      prepareAcks();
    }
  }

  @Benchmark
  @OperationsPerInvocation(COMMANDS)
  public Outcome push(Empty engine) {
    return engine.push();
  }

  @Benchmark
  @OperationsPerInvocation(COMMANDS)
  public Outcome pull(Waiting engine) {
    return engine.pull();
  }

  @Benchmark
  @OperationsPerInvocation(COMMANDS)
  public Outcome ack(Active engine) {
    return engine.ack();
  }

  /** A push, a delivery and an ack of a job, and one that is completed longest is forgotten. */
  @Benchmark
  @OperationsPerInvocation(EngineAtFullCycle.JOBS)
  public Outcome cycle(EngineAtFullCycle engine) {
    return engine.cycle();
  }
}
