package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnansweredTest {
  private static final long HALF = Unanswered.LIMIT / 2;

  private final Unanswered unanswered = new Unanswered();

  @Test
  void isFullUntilTheFollowerHasConfirmed() {
    unanswered.sent(1, 3, HALF);
    assertThat(unanswered.isFull(0, 4)).isFalse();
    unanswered.sent(4, 4, Unanswered.LIMIT);
    assertThat(unanswered.isFull(0, 5)).isTrue();
    assertThat(unanswered.isFull(3, 5)).isTrue();
    assertThat(unanswered.isFull(4, 5)).isFalse();
  }

  @Test
  void doesNotCountWhatIsSentAgain() {
    unanswered.sent(1, 1, HALF);
    unanswered.sent(2, 2, Unanswered.LIMIT);
    assertThat(unanswered.isFull(0, 3)).isTrue();
    assertThat(unanswered.isFull(0, 2)).as("the appender went back to 2").isFalse();
    unanswered.sent(1, 1, HALF);
    unanswered.sent(2, 2, HALF);
    assertThat(unanswered.isFull(0, 3)).isTrue();
    assertThat(unanswered.isFull(1, 3)).isFalse();
  }
}
