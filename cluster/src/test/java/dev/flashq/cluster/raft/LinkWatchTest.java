package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;

class LinkWatchTest {
  private static final RaftPeerId MEMBER = RaftPeerId.valueOf("n2");

  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger renewals = new AtomicInteger();
  private volatile boolean reached;
  private final LinkWatch watch = new LinkWatch(this::call, _ -> renewals.incrementAndGet());

  private boolean call(RaftPeerId member) {
    assertThat(member).isEqualTo(MEMBER);
    calls.incrementAndGet();
    return reached;
  }

  @Test
  void makesConnectionsAnewOnceWhenALostMemberIsReachedAgain() {
    look(List.of(MEMBER));
    assertThat(renewals).hasValue(0);

    reached = true;
    look(List.of(MEMBER));
    await().until(() -> renewals.get() == 1);

    look(List.of(MEMBER));
    assertThat(renewals).hasValue(1);
  }

  @Test
  void goesOnCallingALostMemberWhoseRequestsWereGivenUp() {
    look(List.of(MEMBER));
    reached = true;
    look(List.of());
    await().until(() -> renewals.get() == 1);
  }

  @Test
  void leavesASlowMemberAlone() {
    reached = true;
    look(List.of(MEMBER));
    look(List.of(MEMBER));
    assertThat(renewals).hasValue(0);
  }

  @Test
  void callsNobodyWhoAnswers() {
    watch.look(List.of());
    assertThat(calls).hasValue(0);
  }

  /** Returns when the call has its result. */
  private void look(List<RaftPeerId> silent) {
    int before = calls.get();
    await()
        .until(
            () -> {
              watch.look(silent);
              return calls.get() > before;
            });
  }
}
