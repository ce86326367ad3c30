package dev.flashq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flashq.protocol.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlashQTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private static String sequence(String request) {
    Matcher matcher =
        Pattern.compile("\"client_id\":\"[^\"]+\",\"client_seq\":\\d+").matcher(request);
    assertThat(matcher.find()).as(request).isTrue();
    return matcher.group();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost:",
        ":6789",
        "localhost:0",
        "localhost:99999",
        "localhost:many",
        ""
      })
  void refusesWhatIsNoAddress(String address) {
    assertThatThrownBy(() -> FlashQ.at("localhost:6789", address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + address + "' is not an address; expected: host:port");
  }

  @Test
  void pushesPullsAndAcknowledges() throws IOException {
    try (FakeNode node = new FakeNode();
        FlashQ client = FlashQ.at(node.address()).connect()) {
      node.script =
          request ->
              request.contains("PUSH")
                  ? "\"ok\":true,\"id\":7"
                  : "\"ok\":true,\"jobs\":[{\"id\":7,\"queue\":\"q\",\"data\":{\"a\":[1,null]},\"lease\":3,"
                      + "\"state\":\"active\",\"attempts\":1,\"error\":null}],\"count\":1";
      assertThat(client.push("q", Data.json("{\"a\":[1,null]}")).join()).isEqualTo(7);
      Job job = client.pull("q", 10, Duration.ZERO).join().getFirst();
      assertThat(job.data().json()).isEqualTo("{\"a\":[1,null]}");
      assertThat(job.lease()).isEqualTo(3);
      assertThat(job.error()).isNull();
      client.ack(job).join();
      assertThat(node.of("ACK").getFirst()).contains("\"id\":7,\"lease\":3");
    }
  }

  @Test
  void goesToTheLeaderThatAFollowerNames() throws IOException {
    try (FakeNode follower = new FakeNode();
        FakeNode leader = new FakeNode()) {
      follower.leaderAddress = leader.address();
      try (FlashQ client = FlashQ.at(follower.address()).connect()) {
        leader.script = _ -> "\"ok\":true,\"id\":1";
        client.push("q", Data.NULL).join();
        assertThat(leader.of("PUSH")).hasSize(1);
        assertThat(follower.of("PUSH")).isEmpty();
        assertThat(client.address()).isEqualTo(leader.address());
      }
    }
  }

  @Test
  void movesToANewLeaderWhileTheOldOneStillServes() throws IOException {
    try (FakeNode old = new FakeNode();
        FakeNode next = new FakeNode();
        FlashQ client = FlashQ.at(old.address()).connect()) {
      client.push("q", Data.NULL).join();
      old.leaderAddress = next.address();
      await().atMost(SOON).until(() -> client.address().equals(next.address()));
      client.push("q", Data.NULL).join();
      assertThat(next.of("PUSH")).hasSize(1);
    }
  }

  @Test
  void sendsAnUnansweredRequestAgainUnderItsOwnName() throws IOException {
    try (FakeNode dying = new FakeNode();
        FakeNode heir = new FakeNode()) {
      dying.script = _ -> null;
      heir.script = _ -> "\"ok\":true,\"id\":5";
      try (FlashQ client = FlashQ.at(dying.address(), heir.address()).connect()) {
        CompletableFuture<Long> push = client.push("q", Data.NULL);
        await().atMost(SOON).until(() -> !dying.of("PUSH").isEmpty());
        dying.close();
        assertThat(push.join()).isEqualTo(5);
        assertThat(sequence(heir.of("PUSH").getFirst()))
            .isEqualTo(sequence(dying.of("PUSH").getFirst()));
      }
    }
  }

  @Test
  void triesAgainAfterARefusalThatMayPass() throws IOException {
    try (FakeNode node = new FakeNode();
        FlashQ client = FlashQ.at(node.address()).connect()) {
      AtomicInteger tries = new AtomicInteger();
      node.script =
          _ ->
              tries.incrementAndGet() < 3
                  ? "\"ok\":false,\"error\":\"no leader\",\"code\":\"SERVICE_UNAVAILABLE\""
                  : "\"ok\":true,\"id\":9";
      assertThat(client.push("q", Data.NULL).join()).isEqualTo(9);
      assertThat(node.of("PUSH"))
          .hasSize(3)
          .allSatisfy(r -> assertThat(sequence(r)).isEqualTo(sequence(node.of("PUSH").getFirst())));
    }
  }

  @Test
  void failsWithTheServersCode() throws IOException {
    try (FakeNode node = new FakeNode();
        FlashQ client = FlashQ.at(node.address()).connect()) {
      node.script =
          _ -> "\"ok\":false,\"error\":\"Duplicate job with key: k\",\"code\":\"DUPLICATE_KEY\"";
      assertThatThrownBy(() -> client.push("q", Data.NULL).join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(FlashQException.class)
          .hasMessageContaining("Duplicate job with key: k")
          .extracting(e -> ((FlashQException) e).code())
          .isEqualTo(ErrorCode.DUPLICATE_KEY);
    }
  }

  @Test
  void givesUpWhenNobodyAnswersInTime() {
    try (FlashQ client = FlashQ.at("127.0.0.1:1").timeout(Duration.ofMillis(300)).connect()) {
      assertThatThrownBy(() -> client.push("q", Data.NULL).join())
          .cause()
          .extracting(e -> ((FlashQException) e).code())
          .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
    }
  }

  @Test
  void doesNotClaimToKnowWhatBecameOfARequestThatWasSent() throws IOException {
    try (FakeNode node = new FakeNode();
        FlashQ client = FlashQ.at(node.address()).timeout(Duration.ofMillis(300)).connect()) {
      node.script = request -> request.contains("PUSH") ? null : "\"ok\":true";
      assertThatThrownBy(() -> client.push("q", Data.NULL).join())
          .cause()
          .extracting(e -> ((FlashQException) e).code())
          .isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }
  }

  @Test
  void letsAMemberPassRequestsOnWhenTheLeaderCannotBeReached() throws IOException {
    try (FakeNode member = new FakeNode()) {
      member.leaderAddress = "127.0.0.1:1";
      member.script = _ -> "\"ok\":true,\"id\":4";
      try (FlashQ client = FlashQ.at(member.address()).connect()) {
        assertThat(client.push("q", Data.NULL).join()).isEqualTo(4);
      }
    }
  }

  @Test
  void waitsForTheElectionInsteadOfAskingAFollowerWhenTheLeaderWasKilled() throws IOException {
    try (FakeNode leader = new FakeNode();
        FakeNode heir = new FakeNode();
        FakeNode follower = new FakeNode()) {
      follower.leaderAddress = leader.address();
      var questions = new AtomicInteger();
      heir.closedToAll = true;
      heir.script =
          request -> {
            boolean elected = !request.contains("CLUSTER") || questions.incrementAndGet() > 1;
            String address = elected ? heir.address() : leader.address();
            return "\"ok\":true,\"id\":8,\"leader_address\":\"" + address + "\"";
          };
      leader.script = _ -> null;
      try (FlashQ client =
          FlashQ.at(leader.address(), follower.address(), heir.address()).connect()) {
        await().atMost(SOON).until(() -> client.address().equals(leader.address()));
        leader.close();

        assertThat(client.push("q", Data.NULL).join()).isEqualTo(8);
        assertThat(follower.of("CLUSTER")).isNotEmpty();
        assertThat(follower.of("PUSH")).isEmpty();
      }
    }
  }

  @Test
  void leavesALeaderThatSaysNothingMore() throws IOException {
    try (FakeNode leader = new FakeNode();
        FakeNode heir = new FakeNode()) {
      heir.leaderAddress = leader.address();
      try (FlashQ client = FlashQ.at(leader.address(), heir.address()).connect()) {
        await().atMost(SOON).until(() -> client.address().equals(leader.address()));
        leader.cutOff = true;
        CompletableFuture<Long> push = client.push("q", Data.NULL);
        heir.leaderAddress = heir.address();
        heir.script = _ -> "\"ok\":true,\"id\":9";

        assertThat(push.join()).isEqualTo(9);
        assertThat(sequence(heir.of("PUSH").getFirst()))
            .isEqualTo(sequence(leader.of("PUSH").getFirst()));
      }
    }
  }

  /** Cut off from the other nodes and not from the client: it answers, but has no majority. */
  @Test
  void leavesALeaderThatHasLostTheOthers() throws IOException {
    try (FakeNode leader = new FakeNode();
        FakeNode heir = new FakeNode()) {
      heir.leaderAddress = leader.address();
      heir.script = _ -> "\"ok\":true,\"id\":9";
      try (FlashQ client = FlashQ.at(leader.address(), heir.address()).connect()) {
        await().atMost(SOON).until(() -> client.address().equals(leader.address()));
        leader.leaderAddress = "";
        leader.script =
            _ -> "\"ok\":false,\"error\":\"no leader\",\"code\":\"SERVICE_UNAVAILABLE\"";
        heir.leaderAddress = heir.address();

        assertThat(client.push("q", Data.NULL).join()).isEqualTo(9);
        assertThat(client.address()).isEqualTo(heir.address());
      }
    }
  }

  @Test
  void staysWithALeaderThatIsSilentOnThisConnectionOnly() throws IOException {
    try (FakeNode leader = new FakeNode();
        FlashQ client = FlashQ.at(leader.address()).connect()) {
      await().atMost(SOON).until(() -> client.address().equals(leader.address()));
      leader.silence();
      // The client calls on a second connection, and some looks later on a third.
      await().atMost(SOON).until(() -> leader.connections.size() > 2);

      assertThat(client.address()).isEqualTo(leader.address());
      assertThat(leader.connections.getFirst().isClosed()).isFalse();
    }
  }

  @Test
  void leavesAMemberThatHasLostTheCluster() throws IOException {
    try (FakeNode alone = new FakeNode();
        FakeNode other = new FakeNode()) {
      alone.leaderAddress = "127.0.0.1:1";
      other.leaderAddress = "";
      alone.script =
          _ -> {
            other.leaderAddress = other.address();
            alone.leaderAddress = "";
            return "\"ok\":false,\"error\":\"no leader\",\"code\":\"SERVICE_UNAVAILABLE\"";
          };
      other.script = _ -> "\"ok\":true,\"id\":6";
      try (FlashQ client = FlashQ.at(alone.address(), other.address()).connect()) {
        assertThat(client.push("q", Data.NULL).join()).isEqualTo(6);
        assertThat(alone.of("PUSH")).isNotEmpty();
      }
    }
  }

  @Test
  void saysSoWhenATokenIsMissing() throws IOException {
    try (FakeNode node = new FakeNode()) {
      node.closedToAll = true;
      node.script =
          _ -> "\"ok\":false,\"error\":\"Not authenticated\",\"code\":\"UNAUTHENTICATED\"";
      try (FlashQ client = FlashQ.at(node.address()).connect()) {
        assertThatThrownBy(() -> client.push("q", Data.NULL).join())
            .cause()
            .extracting(e -> ((FlashQException) e).code())
            .isEqualTo(ErrorCode.UNAUTHENTICATED);
        assertThat(node.requests).hasSize(1);
      }
    }
  }

  @Test
  void saysSoWhenTheTokenIsWrong() throws IOException {
    try (FakeNode node = new FakeNode()) {
      node.script = _ -> "\"ok\":false,\"error\":\"Invalid token\",\"code\":\"INVALID_TOKEN\"";
      try (FlashQ client = FlashQ.at(node.address()).token("wrong").connect()) {
        assertThatThrownBy(() -> client.push("q", Data.NULL).join())
            .cause()
            .extracting(e -> ((FlashQException) e).code())
            .isEqualTo(ErrorCode.INVALID_TOKEN);
      }
    }
  }

  @Test
  void tellsWhichJobsOfABatchWereRefused() throws IOException {
    try (FakeNode node = new FakeNode();
        FlashQ client = FlashQ.at(node.address()).connect()) {
      node.script =
          _ ->
              "\"ok\":true,\"ids\":[4,5],\"failed\":[{\"index\":1,\"error\":\"no\",\"code\":\"DEBOUNCED\"}]";
      NewJob job = new NewJob(Data.NULL);
      List<PushResult> results = client.pushAll("q", List.of(job, job, job)).join();
      assertThat(results).extracting(PushResult::id).containsExactly(4L, 0L, 5L);
      assertThat(results.get(1).refusal()).isNotNull();
    }
  }

  @Test
  void failsOpenRequestsWhenItIsClosed() throws IOException {
    try (FakeNode node = new FakeNode()) {
      node.leaderAddress = "";
      FlashQ client = FlashQ.at("127.0.0.1:1", node.address()).connect();
      CompletableFuture<Long> push = client.push("q", Data.NULL);
      client.close();
      assertThatThrownBy(push::join).hasCauseInstanceOf(FlashQException.class);
    }
  }
}
