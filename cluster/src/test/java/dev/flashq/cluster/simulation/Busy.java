package dev.flashq.cluster.simulation;

/** A client that does one thing after the other for as long as things go wrong. */
abstract class Busy extends Client {
  private boolean asking;

  Busy(Simulation simulation, String name) {
    super(simulation, name);
  }

  @Override
  void begin() {
    goOn(100, 1_000);
  }

  @Override
  boolean isDone() {
    return !asking;
  }

  private void next() {
    if (!simulation.isCalm()) {
      asking = true;
      turn();
    }
  }

  /** Does one thing, and then {@link #goOn goes on}. */
  abstract void turn();

  /** The turn is over; the next one comes after a time, in true milliseconds. */
  void goOn(long fromMs, long toMs) {
    asking = false;
    world.afterMs(world.between(fromMs, toMs), this::next);
  }
}
