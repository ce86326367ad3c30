package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.Simulation.Result;
import java.util.Locale;

/**
 * {@code ./flashq simulate [--seeds N] [--from SEED] [--seed SEED]}: many seeds, or one again with
 * its trace. Ends with 1 when a promise was broken.
 */
public final class SimulateMain {
  private static final int PROGRESS = 50;

  private long from = 1;
  private long seeds = 100;
  private long steps;
  private long acknowledged;
  private int failed;

  private SimulateMain() {}

  public static void main(String[] args) {
    var main = new SimulateMain();
    main.read(args);
    System.exit(main.run());
  }

  private void read(String[] args) {
    if (args.length % 2 != 0) {
      usage("an option without a number");
    }
    for (int i = 0; i < args.length; i += 2) {
      long value = number(args[i + 1]);
      switch (args[i]) {
        case "--seeds" -> seeds = value;
        case "--from" -> from = value;
        case "--seed" -> {
          from = value;
          seeds = 1;
        }
        default -> usage("the unknown option " + args[i]);
      }
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      usage(text + " instead of a number");
      return 0;
    }
  }

  private static void usage(String what) {
    System.err.println("simulate [--seeds N] [--from SEED] [--seed SEED] was given " + what);
    System.exit(2);
  }

  private int run() {
    long begun = System.nanoTime();
    try (var runs = new Runs()) {
      for (long seed = from; seed < from + seeds; seed++) {
        take(runs, runs.run(seed));
        if ((seed - from + 1) % PROGRESS == 0) {
          progress(seed - from + 1, begun);
        }
      }
    }
    progress(seeds, begun);
    return failed == 0 ? 0 : 1;
  }

  private void take(Runs runs, Result result) {
    steps += result.steps();
    acknowledged += result.acknowledged();
    if (result.violation() != null) {
      failed++;
      runs.report(result).forEach(System.out::println);
    }
  }

  private void progress(long done, long begun) {
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%d seeds, %d steps (%.0f/s), %d operations acknowledged, %d failed%n",
        done,
        steps,
        steps / seconds,
        acknowledged,
        failed);
  }
}
