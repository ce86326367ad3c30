package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.TimeoutIOException;
import org.junit.jupiter.api.Test;

class CheckpointRequestsTest {
  private static final RaftGroupMemberId MEMBER =
      RaftGroupMemberId.valueOf(RaftPeerId.valueOf("n1"), RaftGroupId.randomId());

  private final List<CompletableFuture<RaftClientReply>> asked = new ArrayList<>();
  private long now = 1_000;
  private final CheckpointRequests requests =
      new CheckpointRequests(
          _ -> {
            var reply = new CompletableFuture<RaftClientReply>();
            asked.add(reply);
            return reply;
          },
          () -> now);

  @Test
  void isDoneWhenACheckpointWasTaken() {
    CompletableFuture<Void> taken = requests.take();
    assertThat(taken).isNotDone();

    asked.getLast().complete(reply().setSuccess().build());
    assertThat(taken).isCompleted();
  }

  @Test
  void asksAgainWhenAnEarlierRequestsTimerEndedIt() {
    CompletableFuture<Void> taken = requests.take();
    now += 5_000;
    asked.getLast().completeExceptionally(new TimeoutIOException("too late"));
    assertThat(taken).isNotDone();
    assertThat(asked).hasSize(2);

    asked.getLast().complete(reply().setSuccess().build());
    assertThat(taken).isCompleted();
  }

  @Test
  void givesUpWhenTheTimeIsReallyOver() {
    CompletableFuture<Void> taken = requests.take();
    now += 30_000;
    asked.getLast().completeExceptionally(new CompletionException(new TimeoutIOException("early")));
    now += 30_000;
    asked.getLast().completeExceptionally(new TimeoutIOException("in time"));

    assertThat(asked).hasSize(2);
    assertThatThrownBy(taken::join).hasCauseInstanceOf(TimeoutIOException.class);
  }

  @Test
  void doesNotHideARefusal() {
    CompletableFuture<Void> taken = requests.take();
    asked
        .getLast()
        .complete(
            reply().setSuccess(false).setException(new LeaderNotReadyException(MEMBER)).build());

    assertThat(asked).hasSize(1);
    assertThatThrownBy(taken::join).hasRootCauseInstanceOf(LeaderNotReadyException.class);
  }

  private static RaftClientReply.Builder reply() {
    return RaftClientReply.newBuilder().setClientId(ClientId.randomId()).setServerId(MEMBER);
  }
}
