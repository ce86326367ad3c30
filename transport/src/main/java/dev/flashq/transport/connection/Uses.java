package dev.flashq.transport.connection;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the clients of each token use of this node; who has no connection is not in it. */
final class Uses {
  private final ConcurrentHashMap<String, Use> byName = new ConcurrentHashMap<>();

  /** Of all clients of one name. */
  static final class Use {
    final String name;
    final AtomicLong waits = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    private long connections;

    private Use(String name) {
      this.name = name;
    }
  }

  /** Counts one more connection; null when there are so many. */
  @Nullable Use connect(String name, long limit) {
    var taken = new boolean[1];
    Use use =
        byName.compute(
            name,
            (_, known) -> {
              Use its = known == null ? new Use(name) : known;
              if (its.connections < limit) {
                its.connections++;
                taken[0] = true;
              }
              return its.connections == 0 ? null : its;
            });
    return taken[0] ? use : null;
  }

  void disconnect(Use use) {
    byName.computeIfPresent(use.name, (_, its) -> --its.connections == 0 ? null : its);
  }

  /** Counts so much more unless that is too much. */
  static boolean take(AtomicLong counter, long amount, long limit) {
    if (counter.addAndGet(amount) <= limit) {
      return true;
    }
    counter.addAndGet(-amount);
    return false;
  }
}
