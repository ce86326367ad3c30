package dev.flashq.statemachine;

import dev.flashq.statemachine.Command.RateLimit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much a token, or the tokens of a role, may do.
 *
 * @param name of the token, the subject of a certificate, or the name of the role
 * @param pushes jobs that may be pushed; those of a role are shared by all its tokens
 * @param limits of each token
 */
public record Quota(Owner owner, String name, List<Pushes> pushes, UseLimits limits) {
  /** Whom a quota is for. The number stands in the log and the state. */
  public enum Owner {
    TOKEN(1),
    ROLE(2);

    private static final List<Owner> ALL = List.of(values());

    private final int number;

    Owner(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }

    public static @Nullable Owner of(int number) {
      for (Owner owner : ALL) {
        if (owner.number == number) {
          return owner;
        }
      }
      return null;
    }
  }

  /**
   * Jobs that may be pushed in a time.
   *
   * @param queues patterns; to all queues that match one of them together
   */
  public record Pushes(List<String> queues, RateLimit rate) {
    public Pushes {
      queues = List.copyOf(queues);
    }

    public boolean covers(QueueName queue) {
      return Permission.matchesAny(queues, queue.value());
    }
  }

  public Quota {
    pushes = List.copyOf(pushes);
  }

  /** Whether it limits nothing. */
  public boolean isEmpty() {
    return pushes.isEmpty() && limits.equals(UseLimits.NONE);
  }
}
