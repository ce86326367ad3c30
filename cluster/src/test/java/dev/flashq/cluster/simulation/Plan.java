package dev.flashq.cluster.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a seed stands for, before anything has happened: so a smaller plan can be tried when a run
 * has failed.
 *
 * @param guests clients whose permissions change; 0: nobody has to say who it is
 * @param chaosMs milliseconds in which things go wrong
 */
record Plan(
    long seed,
    int nodes,
    int producers,
    int workers,
    int readers,
    boolean operator,
    int guests,
    long snapshotBytes,
    long overlayBytes,
    int entriesInFlight,
    long chaosMs,
    List<Fault> faults) {

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
    Plan open =
        new Plan(
            seed,
            nodes,
            1 + random.nextInt(3),
            1 + random.nextInt(4),
            1 + random.nextInt(2),
            profile.limits() && random.nextInt(3) > 0,
            0,
            30_000L << random.nextInt(4),
            random.nextInt(3) == 0 ? 20_000 : 4 << 20,
            1 + random.nextInt(4),
            chaosMs,
            faults);
    return profile.access() && random.nextInt(3) == 0 ? open.withGuests(3) : open;
  }

  /** Whether clients have to say who they are, and some may not do everything. */
  boolean guarded() {
    return guests > 0;
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

  Plan with(List<Fault> fewer) {
    return new Plan(
        seed,
        nodes,
        producers,
        workers,
        readers,
        operator,
        guests,
        snapshotBytes,
        overlayBytes,
        entriesInFlight,
        chaosMs,
        List.copyOf(fewer));
  }

  Plan with(int newProducers, int newWorkers, int newReaders, boolean newOperator) {
    return new Plan(
        seed,
        nodes,
        newProducers,
        newWorkers,
        newReaders,
        newOperator,
        guests,
        snapshotBytes,
        overlayBytes,
        entriesInFlight,
        chaosMs,
        faults);
  }

  Plan withGuests(int newGuests) {
    return new Plan(
        seed,
        nodes,
        producers,
        workers,
        readers,
        operator,
        newGuests,
        snapshotBytes,
        overlayBytes,
        entriesInFlight,
        chaosMs,
        faults);
  }

  Plan shorter(long newChaosMs) {
    return new Plan(
        seed,
        nodes,
        producers,
        workers,
        readers,
        operator,
        guests,
        snapshotBytes,
        overlayBytes,
        entriesInFlight,
        newChaosMs,
        faults.stream().filter(fault -> fault.atMs() < newChaosMs).toList());
  }
}
