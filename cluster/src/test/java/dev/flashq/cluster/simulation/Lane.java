package dev.flashq.cluster.simulation;

import dev.flashq.cluster.schedule.Scheduler;
import java.util.ArrayDeque;
import java.util.Deque;

/** A thread of a simulated node: it ends with its node, and stands still with it. */
final class Lane implements Scheduler {
  private final World world;
  private final SimNode node;
  private final int boot;
  private final boolean inOrder;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private boolean busy;

  /**
   * @param inOrder one task after the other; otherwise in any order
   */
  Lane(World world, SimNode node, boolean inOrder) {
    this.world = world;
    this.node = node;
    this.boot = node.boot();
    this.inOrder = inOrder;
  }

  @Override
  public long now() {
    return world.millis();
  }

  @Override
  public void execute(Runnable task) {
    if (!inOrder) {
      world.after(world.between(2, 60), () -> run(task));
      return;
    }
    tasks.add(task);
    if (!busy) {
      busy = true;
      world.after(world.between(1, 30), this::next);
    }
  }

  private void next() {
    if (!node.isRunning(boot)) {
      return;
    }
    if (node.isFrozen()) {
      world.after(node.frozenFor() + world.between(1, 30), this::next);
      return;
    }
    tasks.remove().run();
    busy = !tasks.isEmpty();
    if (busy) {
      world.after(world.between(1, 20), this::next);
    }
  }

  private void run(Runnable task) {
    if (node.isRunning(boot) && node.isFrozen()) {
      world.after(node.frozenFor() + world.between(1, 30), () -> run(task));
    } else if (node.isRunning(boot)) {
      task.run();
    }
  }

  @Override
  public Alarm after(long delayMs, Runnable task) {
    var cancelled = new boolean[1];
    world.afterMs(
        Math.max(0, delayMs),
        () -> {
          if (!cancelled[0]) {
            execute(
                () -> {
                  if (!cancelled[0]) {
                    task.run();
                  }
                });
          }
        });
    return () -> cancelled[0] = true;
  }
}
