package dev.flashq.cluster.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.cluster.peers.Hello;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Words with the other members, one at a time with each. */
final class Conversations {
  private static final Logger LOG = LoggerFactory.getLogger(Conversations.class);

  /** Milliseconds without an answer, which takes one round trip even of a busy member. */
  private static final long SILENT_MS = 1_000;

  private final List<RaftPeerId> members;
  private final BiFunction<RaftPeerId, ByteString, CompletableFuture<ByteString>> tell;
  private final Consumer<Hello> heard;
  private final LongSupplier elapsedMs;

  /** Who has not answered yet, and since when. */
  private final Map<RaftPeerId, Long> spokenTo = new ConcurrentHashMap<>();

  private volatile @Nullable ByteString last;

  Conversations(
      List<RaftPeerId> members,
      BiFunction<RaftPeerId, ByteString, CompletableFuture<ByteString>> tell,
      Consumer<Hello> heard,
      LongSupplier elapsedMs) {
    this.members = List.copyOf(members);
    this.tell = tell;
    this.heard = heard;
    this.elapsedMs = elapsedMs;
  }

  /** Returns at once; a member that has not answered yet is left out. */
  void tell(Hello hello) {
    ByteString words = hello.encode();
    last = words;
    members.forEach(member -> begin(member, words));
  }

  /** A member can be called again: it hears the last words now and not with the next ones. */
  void connected(RaftPeerId member) {
    ByteString words = last;
    if (words != null) {
      begin(member, words);
    }
  }

  private void begin(RaftPeerId member, ByteString words) {
    if (spokenTo.putIfAbsent(member, elapsedMs.getAsLong()) == null) {
      speak(member, words);
    }
  }

  /** Who has not answered for a while. */
  List<RaftPeerId> silent() {
    long now = elapsedMs.getAsLong();
    return spokenTo.entrySet().stream()
        .filter(spoken -> now - spoken.getValue() >= SILENT_MS)
        .map(Map.Entry::getKey)
        .toList();
  }

  private void speak(RaftPeerId member, ByteString words) {
    CompletableFuture<ByteString> answer;
    try {
      answer = tell.apply(member, words);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    var _ = answer.whenComplete((said, failure) -> end(member, said, failure));
  }

  private void end(RaftPeerId member, @Nullable ByteString said, @Nullable Throwable failure) {
    spokenTo.remove(member);
    if (said == null) {
      LOG.debug("{} says nothing now", member, failure);
    } else {
      // It comes on the event loop, and what it means is asked of the state, which may be held up.
      Thread.ofVirtual().name("words-of-" + member).start(() -> hear(member, said));
    }
  }

  private void hear(RaftPeerId member, ByteString said) {
    try {
      heard.accept(Hello.decode(said));
    } catch (InvalidProtocolBufferException e) {
      LOG.debug("{} says something that is not understood here", member, e);
    }
  }
}
