package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.peers.Hello;
import dev.flashq.statemachine.QueueEngine.Digest;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;

class ConversationsTest {
  private static final RaftPeerId OTHER = RaftPeerId.valueOf("n2");

  private final Queue<CompletableFuture<ByteString>> calls = new ConcurrentLinkedQueue<>();
  private final Queue<Hello> heard = new ConcurrentLinkedQueue<>();
  private final Conversations conversations =
      new Conversations(List.of(OTHER), (_, _) -> call(), heard::add, () -> 0);

  private CompletableFuture<ByteString> call() {
    var call = new CompletableFuture<ByteString>();
    calls.add(call);
    return call;
  }

  private static Hello hello(String node) {
    return new Hello(node, 0, 0, false, 1, 10, 12, new Digest(0, 0), List.of());
  }

  private CompletableFuture<ByteString> call(int number) {
    await().until(() -> calls.size() == number);
    return List.copyOf(calls).getLast();
  }

  /** A member that has just started knows nothing of the others, and serves less for so long. */
  @Test
  void whoCouldNotBeCalledHearsTheLastWordsWhenItCan() {
    conversations.connected(OTHER);
    assertThat(calls).isEmpty();
    conversations.tell(hello("n1"));
    call(1).completeExceptionally(new IllegalStateException("no connection"));

    conversations.connected(OTHER);
    call(2).complete(hello("n2").encode());
    await().until(() -> heard.size() == 1);
  }

  @Test
  void oneWordIsSaidAtATime() {
    conversations.tell(hello("n1"));
    CompletableFuture<ByteString> first = call(1);
    conversations.tell(hello("n1"));
    conversations.connected(OTHER);
    first.complete(hello("n2").encode());
    assertThat(calls).hasSize(1);
    conversations.tell(hello("n1"));
    call(2).complete(hello("n2").encode());
    await().until(() -> heard.size() == 2);
  }
}
