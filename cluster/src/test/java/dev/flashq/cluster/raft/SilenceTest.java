package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SilenceTest {
  private final Silence silence = new Silence();

  @Test
  void isKeptOnlyByANodeThatMayNotLead() {
    silence.begin();
    assertThat(silence.isKept()).isFalse();

    silence.mayLead(false);
    assertThat(silence.isKept()).isFalse();
    silence.begin();
    assertThat(silence.isKept()).isTrue();
  }

  @Test
  void endsWhenTheNodeMayLeadAndIsNotBegunLate() {
    silence.mayLead(false);
    silence.begin();
    silence.mayLead(true);
    assertThat(silence.isKept()).isFalse();

    silence.begin();
    assertThat(silence.isKept()).isFalse();
  }
}
