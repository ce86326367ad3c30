package dev.flashq.cluster.peers;

import dev.flashq.statemachine.QueueEngine.Digest;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Compares the states of the members after the same entries. Whoever differs from a majority is
 * wrong, also when that is the leader. For any thread.
 */
public final class StateVotes {
  private final Members members;
  private final LongFunction<@Nullable Long> own;

  /**
   * @param own this node's digest at an index; null when it is not known any more, or not yet
   */
  public StateVotes(Members members, LongFunction<@Nullable Long> own) {
    this.members = members;
    this.own = own;
  }

  /**
   * What a comparison found.
   *
   * @param different members whose state differs from this node's
   * @param wrong whether they are a majority: then it is this node's state that is wrong
   */
  public record Verdict(List<String> different, boolean wrong) {
    public Verdict {
      different = List.copyOf(different);
    }
  }

  public Verdict compare() {
    var different = new TreeSet<String>();
    for (Members.Heard heard : members.fresh()) {
      Digest theirs = heard.hello().digest();
      Long mine = theirs.index() > 0 ? own.apply(theirs.index()) : null;
      if (mine != null && mine != theirs.value()) {
        different.add(heard.hello().node());
      }
    }
    return new Verdict(List.copyOf(different), different.size() >= members.majority());
  }
}
