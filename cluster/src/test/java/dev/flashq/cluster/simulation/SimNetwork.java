package dev.flashq.cluster.simulation;

import java.util.function.IntFunction;

/** Messages between members: late, lost, twice, or not at all. */
final class SimNetwork {
  private static final int MAX = 8;

  private final World world;
  private final IntFunction<SimNode> nodes;
  private final boolean[][] cut = new boolean[MAX][MAX];
  double loss;
  long slowMicros;

  SimNetwork(World world, IntFunction<SimNode> nodes) {
    this.world = world;
    this.nodes = nodes;
  }

  void cut(int from, int to) {
    cut[from][to] = true;
  }

  void heal() {
    for (boolean[] row : cut) {
      java.util.Arrays.fill(row, false);
    }
    loss = 0;
    slowMicros = 0;
  }

  /** Whether a message would be lost on its way now. */
  boolean loses(int from, int to) {
    return cut[from][to] || world.chance(loss);
  }

  void send(int from, int to, Message message) {
    if (loses(from, to)) {
      world.note(() -> "lost n" + from + " > n" + to + " " + brief(message));
      return;
    }
    deliverLater(from, to, message);
    boolean mayComeTwice = message instanceof Message.Forward || message instanceof Message.Append;
    if (mayComeTwice && world.chance(0.01)) {
      deliverLater(from, to, message);
    }
  }

  private void deliverLater(int from, int to, Message message) {
    long delay = world.between(60, 600) + (slowMicros == 0 ? 0 : world.between(0, slowMicros));
    if ((loss > 0 || slowMicros > 0) && world.chance(0.02)) {
      // Long enough to arrive in another leadership.
      delay += world.between(0, 2_000_000);
    }
    world.after(
        delay,
        () -> {
          if (!cut[from][to]) {
            nodes.apply(to).receive(from, message);
          }
        });
  }

  static String brief(Message message) {
    return switch (message) {
      case Message.Append append ->
          "append "
              + append.entries().size()
              + " behind "
              + append.previousIndex()
              + " commit "
              + append.commit();
      case Message.Forward forward -> "forward " + forward.id();
      default -> message.toString();
    };
  }
}
