package dev.flashq.statemachine.queue;

import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.turn.Turn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Chooses queues by a pattern, in the order of their names and a bounded number at a time. */
public final class Selection {
  /** Names that are compared at once. */
  private static final int NAMES = 2_000;

  /** Queues that are chosen at once. */
  private static final int CHOSEN = 500;

  /** Records that comparing a name counts for. */
  private static final int LOOKS = 4;

  private final Tables tables;
  private final QueueStore queues;

  public Selection(Tables tables, QueueStore queues) {
    this.tables = tables;
    this.queues = queues;
  }

  /**
   * Some queues.
   *
   * @param next the name from which to go on; empty: these are all
   */
  public record Queues(List<Queue> queues, String next) {
    public Queues {
      queues = List.copyOf(queues);
    }
  }

  /**
   * Queues that match, at least one name of which is looked at.
   *
   * @param from the first name; empty: the first there is
   */
  public Queues from(String from, String pattern, Predicate<Queue> wanted, Turn turn) {
    var chosen = new ArrayList<Queue>();
    var names = new int[1];
    var next = new String[] {""};
    byte[] prefix = Bytes.of(literal(pattern));
    byte[] start = Bytes.of(from);
    tables.scan(
        Column.QUEUES,
        prefix,
        Arrays.compareUnsigned(start, prefix) > 0 ? start : prefix,
        (key, value) -> {
          String name = new String(key, StandardCharsets.UTF_8);
          if (names[0] > 0
              && (names[0] >= NAMES || chosen.size() >= CHOSEN || turn.work().isSpent())) {
            next[0] = name;
            return false;
          }
          names[0]++;
          turn.work().looked(LOOKS, value.length);
          Queue queue = queues.find(new QueueName(name));
          if (queue != null && Permission.matches(pattern, name) && wanted.test(queue)) {
            chosen.add(queue);
          }
          return true;
        });
    return new Queues(chosen, next[0]);
  }

  /** What all names begin with that match. */
  private static String literal(String pattern) {
    int star = pattern.indexOf('*');
    return star < 0 ? pattern : pattern.substring(0, star);
  }
}
