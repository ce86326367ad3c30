package dev.flashq.cluster.peers;

import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends this node when its state is the wrong one, and tells of others whose states differ. */
public final class StateWatch {
  private static final Logger LOG = LoggerFactory.getLogger(StateWatch.class);

  private final StateVotes votes;
  private final Consumer<Throwable> wrong;
  private volatile List<String> different = List.of();

  /**
   * @param wrong called when a majority has another state than this node
   */
  public StateWatch(StateVotes votes, Consumer<Throwable> wrong) {
    this.votes = votes;
    this.wrong = wrong;
  }

  /** Compares; called again and again. */
  public void look() {
    StateVotes.Verdict verdict = votes.compare();
    if (verdict.wrong()) {
      wrong.accept(
          new IllegalStateException(
              "The state of this node differs from that of "
                  + verdict.different()
                  + ", a majority: it must not go on; see Differing states in docs/OPERATIONS.md"));
    } else if (!verdict.different().equals(different)) {
      if (!verdict.different().isEmpty()) {
        LOG.error(
            "The state of {} differs from this node's; see Differing states in docs/OPERATIONS.md",
            verdict.different());
      }
      different = verdict.different();
    }
  }

  /** Members whose states differ from this node's. */
  public List<String> different() {
    return different;
  }
}
