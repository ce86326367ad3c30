package dev.flashq.cluster.raft;

import static java.util.Objects.requireNonNull;

import dev.flashq.cluster.config.Member;
import dev.flashq.rpc.PeerNetwork;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Our way between the members, as Ratis knows it. Ratis makes it by the name of the class, so it
 * gets its parts by parameters.
 */
public final class PeerRpc implements RpcType {
  private static final String PARTS = "flashq.parts";

  /** What it is made of. */
  record Parts(
      Member self,
      PeerNetwork network,
      ReadRounds rounds,
      Transfers transfers,
      Silence silence,
      CheckpointStorage checkpoints) {}

  static Parameters parameters(Parts parts) {
    var parameters = new Parameters();
    parameters.put(PARTS, parts, Parts.class);
    return parameters;
  }

  @Override
  public String name() {
    return PeerRpc.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new Factory(requireNonNull(parameters.get(PARTS, Parts.class)));
  }

  private final class Factory implements ServerFactory {
    private final Parts parts;

    Factory(Parts parts) {
      this.parts = parts;
    }

    @Override
    public RpcType getRpcType() {
      return PeerRpc.this;
    }

    @Override
    public RaftServerRpc newRaftServerRpc(RaftServer server) {
      return new RaftServerCalls(parts.network, parts.self, PeerRpc.this);
    }

    @Override
    public LogAppender newLogAppender(
        RaftServer.Division server, LeaderState state, FollowerInfo follower) {
      var appender =
          new EntryAppender(server, new HeardLeaderState(state, parts.rounds), follower, parts);
      parts.rounds.add(state, appender);
      return appender;
    }
  }
}
