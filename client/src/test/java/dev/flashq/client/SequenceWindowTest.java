package dev.flashq.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SequenceWindowTest {
  @Test
  void settlesOnlyBehindTheOldestUnanswered() {
    SequenceWindow window = new SequenceWindow("c");
    long first = window.take();
    long second = window.take();
    long third = window.take();
    window.settle(second);
    assertThat(window.settled()).isEqualTo(first);
    window.settle(first);
    assertThat(window.settled()).isEqualTo(third);
    window.settle(third);
    assertThat(window.settled()).isEqualTo(third + 1);
  }

  @Test
  void goesRoundManyTimes() {
    SequenceWindow window = new SequenceWindow("c");
    for (int i = 0; i < 50_000; i++) {
      window.settle(window.take());
    }
    assertThat(window.settled()).isEqualTo(window.take());
  }
}
