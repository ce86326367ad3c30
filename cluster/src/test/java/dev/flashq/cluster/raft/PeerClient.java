package dev.flashq.cluster.raft;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.cluster.config.Member;
import dev.flashq.rpc.Answer;
import dev.flashq.rpc.Lane;
import dev.flashq.rpc.Message;
import dev.flashq.rpc.PeerAddress;
import dev.flashq.rpc.PeerHandler;
import dev.flashq.rpc.PeerNetwork;
import dev.flashq.rpc.RpcSettings;
import dev.flashq.security.PeerCredentials;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.jspecify.annotations.Nullable;

/** Whoever has the credentials of a member that does not run, and calls the others. */
public final class PeerClient implements PeerHandler, AutoCloseable {
  private final PeerNetwork network;
  private final ClientId sender = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  public PeerClient(ClusterSettings member) throws IOException {
    this.network =
        new PeerNetwork(
            new RpcSettings(
                member.group(),
                address(member.self()),
                member.members().stream().map(PeerClient::address).toList(),
                1 << 20),
            new PeerCredentials(member.certificates(), Instant.now()),
            this);
    network.start();
  }

  private static PeerAddress address(Member member) {
    return new PeerAddress(member.id(), member.host(), member.port());
  }

  @Override
  public void called(String member, int kind, byte[] message, Answer answer) {
    answer.fail("it only asks");
  }

  /** The answer to any call, or a failure. */
  public CompletableFuture<byte[]> call(String to, int kind, byte[] message) {
    await().until(() -> network.isConnected(to));
    return network.ask(to, kind, Lane.ORDERED, Message.of(message), 10_000);
  }

  /** Sends an entry; null: it was applied. */
  public @Nullable RuntimeException sendEntry(String to, ByteString entry) {
    var forwarded = new ForwardedEntry(sender, calls.incrementAndGet(), Buffers.theirs(entry));
    var bytes = ByteBuffer.allocate(forwarded.size());
    forwarded.writeTo(bytes);
    return EntryFate.decode(call(to, PeerCall.ENTRY.number(), bytes.array()).join());
  }

  @Override
  public void close() {
    network.close();
  }
}
