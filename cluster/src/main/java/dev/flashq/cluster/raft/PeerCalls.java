package dev.flashq.cluster.raft;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.cluster.peers.Hello;
import dev.flashq.rpc.Answer;
import dev.flashq.rpc.Message;
import dev.flashq.rpc.PeerHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other members ask of this one, and nothing else can be asked. What takes no longer than a
 * moment is done on the event loop; what may wait for the disk is done elsewhere, in order.
 */
final class PeerCalls implements PeerHandler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerCalls.class);

  private final RaftPeerId self;
  private final RaftGroupId group;
  private final QueueStateMachine stateMachine;
  private final Connections connections;

  /** For requests that may change who leads, or write to the disk. */
  private final ExecutorService elections;

  private final ExecutorService installing;

  /** Appends that were given to one of these threads; later ones must not overtake them. */
  private final AtomicInteger elsewhere = new AtomicInteger();

  private @Nullable RaftDivision division;

  /** Hears of connections. */
  interface Connections {
    /** There is a connection over which the member can be called. */
    void connected(String member);

    /** The connection over which a member calls has ended. */
    void lost(String member);
  }

  PeerCalls(
      String node, RaftGroupId group, QueueStateMachine stateMachine, Connections connections) {
    this.self = RaftPeerId.valueOf(node);
    this.group = group;
    this.stateMachine = stateMachine;
    this.connections = connections;
    this.elections =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("elections-" + node).factory());
    this.installing =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("installing-" + node).factory());
  }

  /** Whose calls these are; set before the start. */
  void serve(RaftDivision its) {
    division = its;
  }

  /** Where this node's own part in elections is done, too. */
  Executor elections() {
    return elections;
  }

  private RaftDivision division() {
    return requireNonNull(division, "nobody is served yet");
  }

  @Override
  public void connected(String member) {
    stateMachine.rounds().wake(member);
    connections.connected(member);
  }

  @Override
  public void lost(String member) {
    connections.lost(member);
  }

  @Override
  public void called(String member, int kind, byte[] message, Answer answer) {
    PeerCall call = PeerCall.of(kind);
    if (call == null) {
      answer.fail("this version knows no call " + kind);
      return;
    }
    try {
      switch (call) {
        case APPEND -> append(member, message, answer);
        case VOTE -> vote(member, message, answer);
        case STAND -> stand(member, message, answer);
        case CHECKPOINT -> install(member, message, answer);
        case ENTRY -> submit(member, message, answer);
        case READ_INDEX -> readIndex(member, answer);
        case WORDS -> hear(message, answer);
      }
    } catch (IOException e) {
      answer.fail(String.valueOf(e));
    }
  }

  /** Whoever speaks must not use another's name. */
  private static void require(String member, RaftRpcRequestProto request) throws IOException {
    if (!request.getRequestorId().toStringUtf8().equals(member)) {
      throw new IOException(
          member + " speaks in the name of " + request.getRequestorId().toStringUtf8());
    }
  }

  private void append(String member, byte[] message, Answer answer) throws IOException {
    AppendEntriesRequestProto request =
        RatisMessage.parse(AppendEntriesRequestProto.parser(), message);
    require(member, request.getServerRequest());
    Executor where = stateMachine.arrivals().isActive() ? installing : elections;
    if (elsewhere.get() == 0 && where == elections) {
      CompletableFuture<AppendEntriesReplyProto> reply = appendHere(request);
      if (reply != null) {
        answer(reply, answer);
        return;
      }
    }
    elsewhere.incrementAndGet();
    execute(
        where,
        answer,
        () -> {
          try {
            answer(division().append(request), answer);
          } finally {
            elsewhere.decrementAndGet();
          }
        });
  }

  /**
   * Null: the request makes this node another leader's follower, which takes a write to the disk
   * and the end of an election that may be going on. While the monitor is held Ratis does not
   * change that.
   */
  private @Nullable CompletableFuture<AppendEntriesReplyProto> appendHere(
      AppendEntriesRequestProto request) throws IOException {
    RaftServer.Division here = division().get();
    synchronized (here) {
      return here.getInfo().isFollower()
              && here.getInfo().getCurrentTerm() == request.getLeaderTerm()
          ? division().append(request)
          : null;
    }
  }

  private static void answer(CompletableFuture<AppendEntriesReplyProto> reply, Answer answer) {
    var _ =
        reply.whenComplete(
            (said, failure) -> {
              if (failure == null) {
                answer.send(new RatisMessage(said));
              } else {
                answer.fail(String.valueOf(failure));
              }
            });
  }

  private interface Task {
    void run() throws IOException;
  }

  private static void execute(Executor where, Answer answer, Task task) {
    try {
      where.execute(
          () -> {
            try {
              task.run();
            } catch (IOException | RuntimeException e) {
              LOG.debug("A call of another member has failed", e);
              answer.fail(String.valueOf(e));
            }
          });
    } catch (RejectedExecutionException _) {
      answer.fail("this node stops");
    }
  }

  private void vote(String member, byte[] message, Answer answer) throws IOException {
    var request = RatisMessage.parse(RequestVoteRequestProto.parser(), message);
    require(member, request.getServerRequest());
    execute(elections, answer, () -> answer.send(new RatisMessage(division().vote(request))));
  }

  private void stand(String member, byte[] message, Answer answer) throws IOException {
    var request = RatisMessage.parse(StartLeaderElectionRequestProto.parser(), message);
    require(member, request.getServerRequest());
    execute(elections, answer, () -> answer.send(new RatisMessage(division().stand(request))));
  }

  private void install(String member, byte[] message, Answer answer) throws IOException {
    var request = RatisMessage.parse(InstallSnapshotRequestProto.parser(), message);
    require(member, request.getServerRequest());
    execute(
        installing,
        answer,
        () ->
            answer.send(
                new RatisMessage(stateMachine.arrivals().take(request, division()::install))));
  }

  private void submit(String member, byte[] message, Answer answer) throws IOException {
    var forwarded = ForwardedEntry.parse(message);
    RaftClientRequest request =
        RaftLink.write(
            self,
            group,
            forwarded.sender(),
            forwarded.call(),
            org.apache.ratis.protocol.Message.valueOf(forwarded.entry()));
    CompletableFuture<RaftClientReply> applied = division().submit(request);
    var _ =
        applied
            .thenAccept(EntryFate::require)
            .whenComplete(
                (_, failure) -> {
                  answer.send(EntryFate.encode(failure));
                  // It answers its own client when it has applied the entry, too.
                  stateMachine.rounds().hurryNews(member);
                });
  }

  private void readIndex(String member, Answer answer) {
    var _ =
        stateMachine
            .readIndex(division())
            .whenComplete(
                (index, failure) -> {
                  if (failure == null) {
                    answer.send(Message.of(ByteBuffer.allocate(Long.BYTES).putLong(index).array()));
                    stateMachine.rounds().hurryNews(member);
                  } else {
                    answer.fail(String.valueOf(failure));
                  }
                });
  }

  /** What this node is like is asked of its state, which may be being replaced. */
  private void hear(byte[] message, Answer answer) throws InvalidProtocolBufferException {
    Hello hello = Hello.decode(com.google.protobuf.ByteString.copyFrom(message));
    execute(
        Thread::startVirtualThread,
        answer,
        () -> answer.send(Message.of(stateMachine.answer(hello).encode().toByteArray())));
  }

  @Override
  public void close() {
    elections.shutdownNow();
    installing.shutdownNow();
  }
}
