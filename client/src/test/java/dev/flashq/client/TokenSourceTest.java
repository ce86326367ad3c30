package dev.flashq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flashq.protocol.ErrorCode;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSourceTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String REFUSED =
      "\"ok\":false,\"error\":\"Invalid token\",\"code\":\"INVALID_TOKEN\"";

  @TempDir Path folder;

  /** A node at which some tokens are good. */
  private static FakeNode node(Set<String> good) throws IOException {
    FakeNode node = new FakeNode();
    node.script =
        request ->
            request.contains("\"cmd\":\"AUTH\"") && good.stream().noneMatch(request::contains)
                ? REFUSED
                : "\"ok\":true,\"id\":7";
    return node;
  }

  private static FlashQ client(FakeNode node, TokenSource token) {
    return FlashQ.at(node.address()).token(token).timeout(Duration.ofSeconds(3)).connect();
  }

  private static void disconnect(FakeNode node) throws IOException {
    for (Socket socket : node.connections) {
      socket.close();
    }
  }

  private static void refuses(FlashQ client, ErrorCode code, String sentence) {
    assertThatThrownBy(() -> client.push("q", Data.NULL).join())
        .cause()
        .isInstanceOfSatisfying(
            FlashQException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.sentence()).contains(sentence);
            });
  }

  @Test
  void asksAgainWhenItsTokenIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "\n old-one \n");
    Set<String> good = ConcurrentHashMap.newKeySet();
    good.add("old-one");
    try (FakeNode node = node(good);
        FlashQ client = client(node, TokenSource.file(file).recheckedEvery(Duration.ZERO))) {
      client.push("q", Data.NULL).join();
      Files.writeString(file, "new-one");
      client.push("q", Data.NULL).join();
      assertThat(node.of("AUTH")).allMatch(request -> request.contains("\"old-one\""));

      await().pollDelay(Duration.ofMillis(600)).until(() -> true);
      good.remove("old-one");
      good.add("new-one");
      disconnect(node);

      await().atMost(SOON).until(() -> node.of("AUTH").getLast().contains("\"new-one\""));
      assertThat(client.push("q", Data.NULL).join()).isEqualTo(7);
    }
  }

  @Test
  void showsTheNewTokenOfAFileWhileTheOldOneIsGood() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "old-one");
    try (FakeNode node = node(Set.of("old-one", "new-one"));
        FlashQ client = client(node, TokenSource.file(file))) {
      node.leaderAddress = node.address();
      client.push("q", Data.NULL).join();
      Files.writeString(file, "new-one");

      await().atMost(SOON).until(() -> node.of("AUTH").getLast().contains("\"new-one\""));
      await().atMost(SOON).until(() -> node.connections.getFirst().isClosed());
      assertThat(client.push("q", Data.NULL).join()).isEqualTo(7);
    }
  }

  @Test
  void goesOnWithAGoodTokenWhileTheNewOneIsNotGoodYet() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "old-one");
    try (FakeNode node = node(Set.of("old-one"));
        FlashQ client = client(node, TokenSource.file(file))) {
      client.push("q", Data.NULL).join();
      Files.writeString(file, "new-one");
      await().atMost(SOON).until(() -> node.of("AUTH").getLast().contains("\"new-one\""));

      long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
      while (System.nanoTime() < end) {
        assertThat(client.push("q", Data.NULL).join()).isEqualTo(7);
      }
      assertThat(node.of("AUTH")).hasSizeLessThanOrEqualTo(3);
      Files.delete(file);
      assertThat(client.push("q", Data.NULL).join()).isEqualTo(7);
    }
  }

  @Test
  void showsAnotherTokenWhenItsOwnEndsUnderTheConnection() throws IOException {
    var asked = new AtomicInteger();
    Set<String> good = ConcurrentHashMap.newKeySet();
    good.add("token-1");
    try (FakeNode node = node(good);
        FlashQ client = client(node, () -> "token-" + asked.incrementAndGet())) {
      client.push("q", Data.NULL).join();
      await().pollDelay(Duration.ofMillis(600)).until(() -> true);
      good.clear();
      good.add("token-2");
      var before = node.script;
      node.script =
          request ->
              request.contains("PUSH") && node.of("AUTH").size() == 1
                  ? "\"ok\":false,\"error\":\"Authentication required\",\"code\":\"UNAUTHENTICATED\""
                  : before.apply(request);

      assertThat(client.push("q", Data.NULL).join()).isEqualTo(7);
      assertThat(node.of("AUTH").getLast()).contains("token-2");
    }
  }

  @Test
  void failsWithTheRefusalWhenTheSourceHasNoOther() throws IOException {
    try (FakeNode node = node(Set.of("good"));
        FlashQ client = client(node, TokenSource.of("bad"))) {
      refuses(client, ErrorCode.INVALID_TOKEN, "Invalid token");
    }
  }

  @Test
  void doesNotKnockAllTheTimeWithARefusedToken() throws IOException {
    var asked = new AtomicInteger();
    try (FakeNode node = node(Set.of("good"));
        FlashQ client =
            client(
                node,
                () -> {
                  asked.incrementAndGet();
                  return "bad";
                })) {
      long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() < end) {
        refuses(client, ErrorCode.INVALID_TOKEN, "Invalid token");
      }
      assertThat(asked.get()).isBetween(2, 6);
      assertThat(node.of("AUTH").size()).isLessThanOrEqualTo(6);
    }
  }

  @Test
  void tellsWhyThereIsNoTokenWithoutShowingAnything() throws IOException {
    try (FakeNode node = node(Set.of("good"));
        FlashQ client = client(node, TokenSource.file(folder.resolve("none")))) {
      refuses(client, ErrorCode.UNAUTHENTICATED, "there is no token to show: ");
      assertThat(node.requests).isEmpty();
    }
    try (FakeNode node = node(Set.of("good"));
        FlashQ client =
            client(
                node,
                () -> {
                  throw new IllegalStateException("the-secret");
                })) {
      assertThatThrownBy(() -> client.push("q", Data.NULL).join())
          .hasMessageContaining("its source failed with java.lang.IllegalStateException")
          .hasMessageNotContaining("the-secret");
    }
  }

  @Test
  void keepsItsDeadlineWhileTheSourceIsSlow() throws IOException {
    var answer = new CountDownLatch(1);
    try (FakeNode node = node(Set.of("good"));
        FlashQ client =
            client(
                node,
                () -> {
                  try {
                    answer.await();
                  } catch (InterruptedException e) {
                    throw new IOException("interrupted");
                  }
                  return "good";
                })) {
      long start = System.nanoTime();
      refuses(client, ErrorCode.UNAUTHENTICATED, "has not answered yet");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      answer.countDown();
      assertThat(client.push("q", Data.NULL).join()).isEqualTo(7);
    }
  }

  /** Under another name the cluster could not tell that it was carried out before. */
  @Test
  void doesNotRepeatUnderAnotherTokenWhatMayHaveTakenEffect() throws IOException {
    var asked = new AtomicInteger();
    Set<String> good = ConcurrentHashMap.newKeySet();
    good.add("token-1");
    try (FakeNode node = node(good);
        FlashQ client = client(node, () -> "token-" + asked.incrementAndGet())) {
      client.counts("q").join();
      await().pollDelay(Duration.ofMillis(600)).until(() -> true);
      node.cutOff = true;
      CompletableFuture<Long> push = client.push("q", Data.NULL);
      await().atMost(SOON).until(() -> !node.of("PUSH").isEmpty());
      good.clear();
      good.add("token-2");
      node.cutOff = false;
      disconnect(node);

      assertThatThrownBy(push::join)
          .cause()
          .isInstanceOfSatisfying(
              FlashQException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
      assertThat(node.of("PUSH")).hasSize(1);
      assertThat(client.push("q", Data.NULL).join()).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n"})
  void aFileWithoutATokenIsAnError(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("token"), content);
    assertThatThrownBy(() -> TokenSource.file(file).token())
        .isInstanceOf(IOException.class)
        .hasMessage(file + " holds no token");
  }

  @Test
  void aFileThatIsNoTokenIsAnError() throws IOException {
    Path file = Files.write(folder.resolve("token"), new byte[TokenSource.MAX_FILE_BYTES + 1]);
    assertThatThrownBy(() -> TokenSource.file(file).token())
        .hasMessage(file + " is too long for a token");
  }

  @Test
  void readsTheEnvironment() throws IOException {
    assertThat(TokenSource.environment("PATH").token()).isNotEmpty();
    assertThatThrownBy(() -> TokenSource.environment("FLASHQ_NO_SUCH_TOKEN").token())
        .hasMessage("FLASHQ_NO_SUCH_TOKEN holds no token");
  }
}
