package dev.flashq.cluster.raft;

import dev.flashq.cluster.config.Member;
import dev.flashq.rpc.Lane;
import dev.flashq.rpc.PeerNetwork;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.Parser;

/** What Ratis itself asks of other members: votes. The rest is asked by our own classes. */
final class RaftServerCalls implements RaftServerRpc {
  /** Milliseconds for a vote, which takes a round trip and a write. */
  static final long VOTE_MS = 2_000;

  private final PeerNetwork network;
  private final Member self;
  private final RpcType type;

  RaftServerCalls(PeerNetwork network, Member self, RpcType type) {
    this.network = network;
    this.self = self;
    this.type = type;
  }

  @Override
  public RpcType getRpcType() {
    return type;
  }

  @Override
  public InetSocketAddress getInetSocketAddress() {
    return new InetSocketAddress(self.host(), self.port());
  }

  @Override
  public void start() throws IOException {
    network.start();
  }

  @Override
  public void close() {
    network.close();
  }

  @Override
  public void addRaftPeers(Collection<RaftPeer> peers) {}

  @Override
  public void handleException(RaftPeerId member, Exception failure, boolean reconnect) {}

  @Override
  public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
    return ask(
        request.getServerRequest().getReplyId(),
        PeerCall.VOTE,
        request,
        RequestVoteReplyProto.parser());
  }

  @Override
  public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request)
      throws IOException {
    return ask(
        request.getServerRequest().getReplyId(),
        PeerCall.STAND,
        request,
        StartLeaderElectionReplyProto.parser());
  }

  private <M> M ask(ByteString member, PeerCall call, MessageLite request, Parser<M> parser)
      throws IOException {
    CompletableFuture<byte[]> answer =
        network.ask(
            member.toStringUtf8(), call.number(), Lane.URGENT, new RatisMessage(request), VOTE_MS);
    try {
      return RatisMessage.parse(parser, answer.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e.getCause());
    }
  }

  @Override
  public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) {
    throw new UnsupportedOperationException("entries go by EntryAppender");
  }

  @Override
  public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) {
    throw new UnsupportedOperationException("checkpoints go by CheckpointTransfer");
  }
}
