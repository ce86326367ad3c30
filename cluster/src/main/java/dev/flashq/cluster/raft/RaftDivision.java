package dev.flashq.cluster.raft;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;
import org.apache.ratis.server.protocol.RaftServerProtocol;

/**
 * The one Raft group of this node. Ratis's server would hand each request to a thread of a pool and
 * wait there for it; the group itself takes it on the thread of whoever asks.
 */
final class RaftDivision {
  private final RaftServer server;
  private final RaftGroupId group;

  RaftDivision(RaftServer server, RaftGroupId group) {
    this.server = server;
    this.group = group;
  }

  /** Fails while Ratis starts or stops. */
  RaftServer.Division get() throws IOException {
    return server.getDivision(group);
  }

  /** Returns when the entries are in memory; the answer comes when they are on the disk. */
  CompletableFuture<AppendEntriesReplyProto> append(AppendEntriesRequestProto request)
      throws IOException {
    return ((RaftServerAsynchronousProtocol) get()).appendEntriesAsync(request);
  }

  /** May wait for the disk. */
  RequestVoteReplyProto vote(RequestVoteRequestProto request) throws IOException {
    return ((RaftServerProtocol) get()).requestVote(request);
  }

  /** May wait for the disk. */
  StartLeaderElectionReplyProto stand(StartLeaderElectionRequestProto request) throws IOException {
    return ((RaftServerProtocol) get()).startLeaderElection(request);
  }

  /** Writes to the disk. */
  InstallSnapshotReplyProto install(InstallSnapshotRequestProto request) throws IOException {
    return ((RaftServerProtocol) get()).installSnapshot(request);
  }

  /** Returns when the entry is in memory, in its place in the log. */
  CompletableFuture<RaftClientReply> submit(RaftClientRequest request) throws IOException {
    return ((RaftClientAsynchronousProtocol) get()).submitClientRequestAsync(request);
  }
}
