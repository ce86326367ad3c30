package dev.flashq.cluster.raft;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.propose.NotSentException;
import dev.flashq.cluster.propose.ReplicatedLog;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.AlreadyClosedException;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.RaftException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * Requests of this node to the leader: to the server in this process when it leads, otherwise over
 * the peers' gRPC, one attempt per call and no retries of its own.
 */
public final class RaftLink implements ReplicatedLog, AutoCloseable {
  private final RaftServer server;
  private final RaftGroup group;
  private final RaftPeerId self;
  private final RaftClientRpc rpc;
  private final ClientId client = ClientId.randomId();

  /** Numbers of the connections in use. */
  private final Map<RaftPeerId, AtomicInteger> connections;

  RaftLink(
      RaftServer server,
      RaftGroup group,
      RaftProperties properties,
      Parameters tls,
      String nodeId) {
    this.server = server;
    this.group = group;
    this.self = RaftPeerId.valueOf(nodeId);
    this.rpc = new GrpcFactory(tls).newRaftClientRpc(client, properties);
    rpc.addRaftPeers(group.getPeers());
    this.connections =
        group.getPeers().stream()
            .collect(Collectors.toMap(RaftPeer::getId, _ -> new AtomicInteger()));
  }

  @Override
  public boolean hasLeader() {
    return leader() != null;
  }

  @Override
  public boolean leads() {
    return self.equals(leader());
  }

  @Override
  public long committed() {
    try {
      return server.getDivision(group.getGroupId()).getRaftLog().getLastCommittedIndex();
    } catch (IOException | IllegalStateException e) {
      return -1;
    }
  }

  @Override
  public CompletableFuture<Void> append(ByteString entry) {
    RaftPeerId leader = leader();
    if (leader == null) {
      return CompletableFuture.failedFuture(new NotSentException("no leader is known"));
    }
    var request =
        request(leader)
            .setType(RaftClientRequest.writeRequestType())
            .setMessage(Message.valueOf(Buffers.theirs(entry)))
            .build();
    return send(leader, request).thenAccept(_ -> {});
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    RaftPeerId leader = leader();
    if (leader == null) {
      return CompletableFuture.failedFuture(new NotSentException("no leader is known"));
    }
    var request =
        request(leader)
            .setType(RaftClientRequest.readRequestType())
            .setMessage(Message.EMPTY)
            .build();
    return send(leader, request).thenApply(RaftLink::readIndex);
  }

  /** Tells a member how this node is; the answer is the member's own word. */
  CompletableFuture<ByteString> tell(RaftPeerId member, ByteString hello) {
    var request =
        request(member)
            .setType(RaftClientRequest.staleReadRequestType(0))
            .setMessage(Message.valueOf(Buffers.theirs(hello)))
            .build();
    return forward(member, request)
        .thenApply(reply -> Buffers.ours(reply.getMessage().getContent()));
  }

  /** Who sends the entries of this node. */
  ClientId client() {
    return client;
  }

  private static long readIndex(RaftClientReply reply) {
    String index = reply.getMessage().getContent().toStringUtf8();
    if (index.isEmpty()) {
      throw new IllegalStateException("whoever was asked could not prove to be the leader");
    }
    return Long.parseLong(index);
  }

  RaftClientRequest.Builder request(RaftPeerId to) {
    return RaftClientRequest.newBuilder()
        .setClientId(client)
        .setServerId(to)
        .setGroupId(group.getGroupId())
        .setCallId(CallId.getAndIncrement());
  }

  private CompletableFuture<RaftClientReply> send(RaftPeerId leader, RaftClientRequest request) {
    return leader.equals(self) ? sendHere(request) : forward(leader, request);
  }

  private CompletableFuture<RaftClientReply> sendHere(RaftClientRequest request) {
    try {
      return server.submitClientRequestAsync(request).thenApply(RaftLink::requireSuccess);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<RaftClientReply> forward(RaftPeerId leader, RaftClientRequest request) {
    AtomicInteger connection = requireNonNull(connections.get(leader));
    int number = connection.get();
    return rpc.sendRequestAsyncUnordered(request)
        .whenComplete(
            (_, failure) -> {
              // What fails with an old connection must not end the new one.
              if (failure != null
                  && isBroken(unwrap(failure))
                  && connection.compareAndSet(number, number + 1)) {
                reconnect(leader, unwrap(failure));
              }
            })
        .handle(
            (reply, failure) -> {
              if (failure != null) {
                throw classify(unwrap(failure));
              }
              return requireSuccess(reply);
            });
  }

  /** Whether the connection is at fault and not the answer that came over it. */
  private static boolean isBroken(Throwable failure) {
    return !(failure instanceof RaftException) || failure instanceof AlreadyClosedException;
  }

  /** Ends the connection to a member, with all that has no answer, and makes another. */
  void renew(RaftPeerId member) {
    requireNonNull(connections.get(member)).incrementAndGet();
    reconnect(member, new IOException("packets got lost"));
  }

  /** gRPC by itself waits up to two minutes before it calls a returned peer. */
  private void reconnect(RaftPeerId member, Throwable failure) {
    Renewal.now(() -> rpc.handleException(member, failure, true));
  }

  private static RaftClientReply requireSuccess(RaftClientReply reply) {
    Throwable failure = reply.getException();
    if (failure != null) {
      throw classify(failure);
    }
    if (!reply.isSuccess()) {
      throw new IllegalStateException(
          "Ratis answered without success and without reason: " + reply);
    }
    return reply;
  }

  /**
   * Tells failures that leave no doubt from those that do. NotLeaderException does: the entry may
   * be in the log.
   */
  private static RuntimeException classify(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException
          || cause instanceof LeaderNotReadyException
          // Our state machine did not take it.
          || cause instanceof StateMachineException
          || cause instanceof ResourceUnavailableException) {
        return new NotSentException(String.valueOf(cause.getMessage()));
      }
    }
    return new IllegalStateException(failure);
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  private @Nullable RaftPeerId leader() {
    try {
      return server.getDivision(group.getGroupId()).getInfo().getLeaderId();
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    rpc.close();
  }
}
