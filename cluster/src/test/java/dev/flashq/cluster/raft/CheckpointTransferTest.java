package dev.flashq.cluster.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.rpc.Answer;
import dev.flashq.rpc.PeerAddress;
import dev.flashq.rpc.PeerHandler;
import dev.flashq.rpc.PeerNetwork;
import dev.flashq.rpc.RpcSettings;
import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.PeerCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto.SnapshotChunkProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTransferTest {
  private static final int PARTS = 40;

  @TempDir Path folder;

  private final List<PeerAddress> members = new ArrayList<>();
  private final Queue<Integer> received = new ConcurrentLinkedQueue<>();
  private final AtomicInteger read = new AtomicInteger();
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private UnaryOperator<InstallSnapshotResult> answers = UnaryOperator.identity();
  private volatile int failAt = -1;
  private @Nullable PeerNetwork sender;
  private @Nullable PeerNetwork receiver;

  @BeforeEach
  void connect() throws IOException {
    for (String id : List.of("n1", "n2")) {
      try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
        members.add(new PeerAddress(id, "127.0.0.1", socket.getLocalPort()));
      }
    }
    receiver = network(members.get(1), this::take);
    sender = network(members.get(0), (_, _, _, answer) -> answer.fail("it only sends"));
    await().until(() -> sender().isConnected("n2"));
  }

  private PeerNetwork network(PeerAddress self, PeerHandler handler) throws IOException {
    var certificates =
        new DevelopmentCa(folder.resolve("ca"), InstantSource.system())
            .certificatesOf(self.id(), List.of("127.0.0.1"));
    var network =
        new PeerNetwork(
            new RpcSettings(new UUID(1, 1), self, members(self), 1 << 22),
            new PeerCredentials(certificates, Instant.now()),
            handler);
    network.start();
    return network;
  }

  private List<PeerAddress> members(PeerAddress self) {
    assertThat(members).contains(self);
    return members;
  }

  private PeerNetwork sender() {
    return requireNonNull(sender);
  }

  @AfterEach
  void close() {
    sender().close();
    requireNonNull(receiver).close();
  }

  private void take(String member, int kind, byte[] message, Answer answer) {
    try {
      int index =
          RatisMessage.parse(InstallSnapshotRequestProto.parser(), message)
              .getSnapshotChunk()
              .getRequestIndex();
      received.add(index);
      if (index == failAt) {
        answer.fail("there is no place");
        return;
      }
      answer.send(
          new RatisMessage(
              InstallSnapshotReplyProto.newBuilder()
                  .setRequestIndex(index)
                  .setResult(answers.apply(InstallSnapshotResult.SUCCESS))
                  .build()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private Iterable<InstallSnapshotRequestProto> parts() {
    return () ->
        IntStream.range(0, PARTS)
            .mapToObj(
                index -> {
                  read.incrementAndGet();
                  return InstallSnapshotRequestProto.newBuilder()
                      .setSnapshotChunk(
                          SnapshotChunkProto.newBuilder()
                              .setRequestId("a")
                              .setRequestIndex(index)
                              .setDone(index == PARTS - 1))
                      .build();
                })
            .iterator();
  }

  private void send() {
    var transfer =
        new CheckpointTransfer(
            sender(),
            "n2",
            parts(),
            new CheckpointTransfer.Listener() {
              @Override
              public void answered(InstallSnapshotReplyProto reply) {}

              @Override
              public void ended(@Nullable String failure) {
                end.complete(failure == null ? "" : failure);
              }
            });
    sender().execute(transfer::start);
  }

  private String end() throws Exception {
    return end.get(20, TimeUnit.SECONDS);
  }

  @Test
  void sendsAllPartsInOrderAFewAtATime() throws Exception {
    send();
    assertThat(end()).isEmpty();
    assertThat(received).containsExactlyElementsOf(IntStream.range(0, PARTS).boxed().toList());
  }

  @Test
  void readsNoMoreThanAFewAhead() {
    failAt = -2;
    answers =
        result -> {
          assertThat(read.get() - received.size())
              .isLessThanOrEqualTo(CheckpointTransfer.OPEN_PARTS);
          return result;
        };
    send();
    assertThat(end).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("");
  }

  @Test
  void goesOnWhereItWasWhenTheConnectionIsMadeAnew() throws Exception {
    answers =
        result -> {
          if (received.size() == PARTS / 2) {
            sender().renew("n2");
          }
          return result;
        };
    send();
    assertThat(end()).isEmpty();
    List<Integer> all = List.copyOf(received);
    assertThat(all.stream().distinct().toList())
        .containsExactlyElementsOf(IntStream.range(0, PARTS).boxed().toList());
    assertThat(all).hasSizeLessThanOrEqualTo(PARTS + CheckpointTransfer.OPEN_PARTS);
    assertThat(read.get()).as("parts that were read").isEqualTo(PARTS);
  }

  @Test
  void endsWhenTheReceiverRefuses() throws Exception {
    failAt = 7;
    send();
    assertThat(end()).contains("there is no place");
  }

  @Test
  void endsWhenTheReceiverFollowsAnother() throws Exception {
    answers = _ -> InstallSnapshotResult.NOT_LEADER;
    send();
    assertThat(end()).contains("NOT_LEADER");
  }

  @Test
  void needNotGoOnWhenTheReceiverHasIt() throws Exception {
    answers = _ -> InstallSnapshotResult.ALREADY_INSTALLED;
    send();
    assertThat(end()).isEmpty();
    assertThat(received).hasSizeLessThan(PARTS);
  }
}
