package dev.flashq.cluster.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a seed stands for, before anything has happened: so a smaller plan can be tried when a run
 * has failed.
 *
 * @param chaosMs milliseconds in which things go wrong
 */
record Plan(long seed, int nodes, Load load, Sizes sizes, long chaosMs, List<Fault> faults) {
  /**
   * Who uses the cluster.
   *
   * @param guests clients whose permissions change; 0: nobody has to say who it is
   */
  record Load(int producers, int workers, int readers, boolean operator, int guests) {
    int clients() {
      return producers + workers + readers + guests + (operator ? 1 : 0);
    }

    Load withGuests(int others) {
      return new Load(producers, workers, readers, operator, others);
    }
  }

  /** What is small in some runs, so that it is soon used up. */
  record Sizes(long snapshotBytes, long overlayBytes, int entriesInFlight) {}

  /** In a guarded cluster. */
  private static final int GUESTS = 3;

  /** What a plan may have besides crashes and networks. */
  record Profile(boolean clocks, boolean limits, boolean access) {
    static final Profile ALL = new Profile(true, true, true);
  }

  static Plan of(long seed, Profile profile) {
    var random = new Random(seed * 31 + 7);
    int nodes = random.nextInt(5) == 0 ? 5 : 3;
    long chaosMs = 3_000 + random.nextInt(6_000);
    var faults = new ArrayList<Fault>();
    int count = random.nextInt(9);
    for (int i = 0; i < count; i++) {
      faults.add(fault(random, nodes, chaosMs, profile));
    }
    faults.sort(java.util.Comparator.comparingLong(Fault::atMs));
    var load =
        new Load(
            1 + random.nextInt(3),
            1 + random.nextInt(4),
            1 + random.nextInt(2),
            profile.limits() && random.nextInt(3) > 0,
            0);
    var sizes =
        new Sizes(
            30_000L << random.nextInt(4),
            random.nextInt(3) == 0 ? 20_000 : 4 << 20,
            1 + random.nextInt(4));
    boolean guarded = profile.access() && random.nextInt(3) == 0;
    return new Plan(seed, nodes, guarded ? load.withGuests(GUESTS) : load, sizes, chaosMs, faults);
  }

  /** Whether clients have to say who they are, and some may not do everything. */
  boolean guarded() {
    return load.guests > 0;
  }

  private static Fault fault(Random random, int nodes, long chaosMs, Profile profile) {
    Fault.Kind[] kinds = Fault.Kind.values();
    Fault.Kind kind;
    Fault fault;
    do {
      kind = kinds[random.nextInt(kinds.length)];
      int node = random.nextInt(3) == 0 ? -1 : random.nextInt(nodes);
      long duration = 100 + random.nextInt(random.nextInt(3) == 0 ? 6_000 : 1_500);
      fault =
          new Fault(500 + random.nextLong(chaosMs - 500), kind, node, duration, size(kind, random));
    } while (fault.touchesClocks() && !profile.clocks());
    return fault;
  }

  private static long size(Fault.Kind kind, Random random) {
    return switch (kind) {
      case LOSS -> 20 + random.nextInt(300);
      case SLOW_NETWORK -> 5 + random.nextInt(200);
      case CLOCK_JUMP ->
          random.nextInt(2) == 0
              ? random.nextInt(7_200_000) - 3_600_000
              : random.nextInt(4_000) - 2_000;
      case CLOCK_DRIFT -> random.nextInt(200) - 100;
      default -> random.nextInt(1_000);
    };
  }

  Plan with(List<Fault> others) {
    return new Plan(seed, nodes, load, sizes, chaosMs, List.copyOf(others));
  }

  Plan with(Load other) {
    return new Plan(seed, nodes, other, sizes, chaosMs, faults);
  }

  Plan shorter(long newChaosMs) {
    List<Fault> fewer = faults.stream().filter(fault -> fault.atMs() < newChaosMs).toList();
    return new Plan(seed, nodes, load, sizes, newChaosMs, fewer);
  }
}
