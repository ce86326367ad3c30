package dev.flashq.cluster.raft;

import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.cluster.config.Member;
import dev.flashq.rpc.PeerNetwork;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.impl.Candidacy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a follower does when its leader's connection ends and does not come back at once, as when
 * the leader's process was killed: it does not wait for the election timeout. The others are asked
 * first whether they would elect it, and those who still hear the leader would not.
 */
final class Succession {
  private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

  /** Milliseconds in which a leader that is still there has connected again. */
  private static final long RETURN_MS = 50;

  /** Milliseconds in which all others have noticed, too. */
  private static final long NOTICE_MS = 20;

  /** Milliseconds between the candidacies of two followers: an election takes less. */
  private static final long TURN_MS = 150;

  private final PeerNetwork network;
  private final RaftDivision division;
  private final Executor elections;
  private final Silence silence;
  private final String self;
  private final List<String> members;

  /**
   * @param elections where a write to the disk may be waited for
   */
  Succession(
      PeerNetwork network,
      RaftDivision division,
      Executor elections,
      Silence silence,
      ClusterSettings settings) {
    this.network = network;
    this.division = division;
    this.elections = elections;
    this.silence = silence;
    this.self = settings.nodeId();
    this.members = settings.members().stream().map(Member::id).sorted().toList();
  }

  /** The connection over which the member calls has ended. Called on the event loop. */
  void lost(String member) {
    after(
        RETURN_MS,
        () -> {
          if (!network.isCalledBy(member)) {
            elections(() -> forget(member));
          }
        });
  }

  private void after(long ms, Runnable step) {
    var _ = network.after(TimeUnit.MILLISECONDS.toMicros(ms), step);
  }

  private interface Step {
    void run() throws IOException;
  }

  private void elections(Step step) {
    try {
      elections.execute(
          () -> {
            try {
              step.run();
            } catch (IOException | RuntimeException e) {
              LOG.debug("This node takes no part in an election now", e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("The node stops", e);
    }
  }

  private void forget(String leader) throws IOException {
    if (Candidacy.forget(division.get(), RaftPeerId.valueOf(leader)) && silence.mayLead()) {
      LOG.info("The connection of leader {} has ended; others may lead", leader);
      long turn = members.stream().filter(one -> !one.equals(leader)).toList().indexOf(self);
      after(
          NOTICE_MS + turn * TURN_MS,
          () -> {
            if (!network.isCalledBy(leader)) {
              elections(this::stand);
            }
          });
    }
  }

  private void stand() throws IOException {
    if (silence.mayLead()) {
      Candidacy.stand(division.get());
    }
  }
}
