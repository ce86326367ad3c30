package dev.flashq.cluster.raft;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.propose.NotSentException;
import dev.flashq.cluster.propose.ReplicatedLog;
import dev.flashq.protocol.Limits;
import dev.flashq.rpc.CallFailedException;
import dev.flashq.rpc.Lane;
import dev.flashq.rpc.Message;
import dev.flashq.rpc.PeerNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.CallId;
import org.jspecify.annotations.Nullable;

/**
 * Requests of this node to the leader: to Raft in this process when it leads, otherwise over the
 * peers' network, one attempt per call and no retries of its own.
 */
public final class RaftLink implements ReplicatedLog {
  /** Milliseconds for a word with another member. */
  private static final long WORDS_MS = 5_000;

  /** Milliseconds for a read index: a round trip to the leader, and one of it to the others. */
  private static final long READ_MS = 2_000;

  private final RaftDivision division;
  private final RaftGroupId group;
  private final RaftPeerId self;
  private final PeerNetwork network;
  private final QueueStateMachine stateMachine;
  private final ClientId client = ClientId.randomId();

  RaftLink(
      RaftDivision division,
      RaftGroupId group,
      String nodeId,
      PeerNetwork network,
      QueueStateMachine stateMachine) {
    this.division = division;
    this.group = group;
    this.self = RaftPeerId.valueOf(nodeId);
    this.network = network;
    this.stateMachine = stateMachine;
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
      return division.get().getRaftLog().getLastCommittedIndex();
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
    var content = Buffers.theirs(entry);
    long call = CallId.getAndIncrement();
    if (leader.equals(self)) {
      return appendHere(
          write(self, group, client, call, org.apache.ratis.protocol.Message.valueOf(content)));
    }
    Lane lane = content.size() > Limits.LARGE_COMMAND_BYTES ? Lane.BULK : Lane.ORDERED;
    return ask(
            leader,
            PeerCall.ENTRY,
            lane,
            new ForwardedEntry(client, call, content),
            Limits.COMMIT_WAIT_MS)
        .thenAccept(
            answer -> {
              RuntimeException failure = EntryFate.decode(answer);
              if (failure != null) {
                throw failure;
              }
            });
  }

  private CompletableFuture<Void> appendHere(RaftClientRequest request) {
    try {
      return division.submit(request).thenAccept(EntryFate::require);
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(EntryFate.classify(e));
    }
  }

  static RaftClientRequest write(
      RaftPeerId to,
      RaftGroupId group,
      ClientId sender,
      long call,
      org.apache.ratis.protocol.Message message) {
    return RaftClientRequest.newBuilder()
        .setClientId(sender)
        .setServerId(to)
        .setGroupId(group)
        .setCallId(call)
        .setType(RaftClientRequest.writeRequestType())
        .setMessage(message)
        .build();
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    RaftPeerId leader = leader();
    if (leader == null) {
      return CompletableFuture.failedFuture(new NotSentException("no leader is known"));
    }
    return leader.equals(self)
        ? stateMachine.readIndex(division)
        : ask(leader, PeerCall.READ_INDEX, Lane.URGENT, Message.EMPTY, READ_MS)
            .thenApply(answer -> ByteBuffer.wrap(answer).getLong());
  }

  /** Tells a member how this node is; the answer is the member's own word. */
  CompletableFuture<ByteString> tell(RaftPeerId member, ByteString hello) {
    return ask(member, PeerCall.WORDS, Lane.URGENT, Message.of(hello.toByteArray()), WORDS_MS)
        .thenApply(ByteString::copyFrom);
  }

  /** Who sends the entries of this node. */
  ClientId client() {
    return client;
  }

  private CompletableFuture<byte[]> ask(
      RaftPeerId member, PeerCall call, Lane lane, Message message, long timeoutMs) {
    return network
        .ask(member.toString(), call.number(), lane, message, timeoutMs)
        .handle(RaftLink::orFailure);
  }

  private static byte[] orFailure(byte @Nullable [] answer, @Nullable Throwable failure) {
    if (answer != null) {
      return answer;
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    throw cause instanceof CallFailedException failed && failed.isCertainlyNotSent()
        ? new NotSentException(String.valueOf(failed.getMessage()))
        : new IllegalStateException(cause);
  }

  private @Nullable RaftPeerId leader() {
    try {
      return division.get().getInfo().getLeaderId();
    } catch (IOException | IllegalStateException e) {
      return null;
    }
  }
}
