package dev.flashq.cluster.raft;

import static java.util.Objects.requireNonNull;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Ratis's gRPC with our log appender. Ratis makes it by the name of the class, so it gets its parts
 * by parameters.
 */
public final class PeerRpc implements RpcType {
  private static final String ROUNDS = "flashq.read-rounds";
  private static final String TRANSFERS = "flashq.transfers";
  private static final String SILENCE = "flashq.silence";
  private static final String CHECKPOINTS = "flashq.checkpoints";

  static void setParts(
      Parameters parameters,
      ReadRounds rounds,
      Transfers transfers,
      Silence silence,
      CheckpointStorage checkpoints) {
    parameters.put(SILENCE, silence, Silence.class);
    parameters.put(CHECKPOINTS, checkpoints, CheckpointStorage.class);
    parameters.put(ROUNDS, rounds, ReadRounds.class);
    parameters.put(TRANSFERS, transfers, Transfers.class);
  }

  @Override
  public String name() {
    return PeerRpc.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new Factory(
        parameters,
        requireNonNull(parameters.get(ROUNDS, ReadRounds.class)),
        requireNonNull(parameters.get(TRANSFERS, Transfers.class)),
        requireNonNull(parameters.get(SILENCE, Silence.class)),
        requireNonNull(parameters.get(CHECKPOINTS, CheckpointStorage.class)));
  }

  private static final class Factory extends GrpcFactory {
    private final ReadRounds rounds;
    private final Transfers transfers;
    private final Silence silence;
    private final CheckpointStorage checkpoints;

    Factory(
        Parameters parameters,
        ReadRounds rounds,
        Transfers transfers,
        Silence silence,
        CheckpointStorage checkpoints) {
      super(parameters);
      this.silence = silence;
      this.checkpoints = checkpoints;
      this.rounds = rounds;
      this.transfers = transfers;
    }

    @Override
    public LogAppender newLogAppender(
        RaftServer.Division server, LeaderState state, FollowerInfo follower) {
      var appender =
          new PromptLogAppender(
              server,
              new HeardLeaderState(state, rounds),
              follower,
              transfers,
              silence,
              checkpoints);
      rounds.add(state, appender);
      return appender;
    }
  }
}
