package dev.flashq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The check without which a figure does not count. */
class LedgerTest {
  private final Ledger ledger = new Ledger();

  @Test
  void isContentWithJobsThatWerePushedAndAcknowledgedOnce() {
    for (long id : new long[] {1, 63, 64, 65, 1_000_000}) {
      ledger.pushed(id);
      ledger.acked(id);
    }
    says(5, 5, 0, 0, 0);
  }

  @Test
  void takesAnAcknowledgementBeforeThePushWasAnswered() {
    ledger.acked(7);
    ledger.pushed(7);
    says(1, 1, 0, 0, 0);
  }

  @Test
  void countsALostJob() {
    ledger.pushed(1);
    ledger.pushed(2);
    ledger.acked(1);
    says(2, 1, 1, 0, 0);
  }

  @Test
  void countsAJobThatWasAcknowledgedTwice() {
    ledger.pushed(1);
    ledger.acked(1);
    ledger.acked(1);
    says(1, 1, 0, 1, 0);
  }

  @Test
  void countsAJobThatNobodyPushed() {
    ledger.pushed(1);
    ledger.acked(1);
    ledger.acked(2);
    says(1, 2, 0, 0, 1);
  }

  @Test
  void countsOneIdForTwoPushes() {
    ledger.pushed(1);
    assertThat(ledger.sameId()).isZero();
    ledger.pushed(1);
    ledger.acked(1);
    assertThat(ledger.sameId()).isOne();
    says(1, 1, 0, 0, 0);
  }

  @Test
  void countsDataThatNobodyPushed() {
    ledger.pushed(1);
    ledger.acked(1);
    assertThat(ledger.isExact()).isTrue();
    ledger.damaged();
    assertThat(ledger.isExact()).isFalse();
  }

  @Test
  void countsWhatIsLeftInTheQueue() {
    ledger.pushed(1);
    ledger.acked(1);
    ledger.left(1);
    assertThat(ledger.isExact()).isFalse();
    ledger.left(0);
    assertThat(ledger.isExact()).isTrue();
  }

  @Test
  void isNotExactWithoutAJob() {
    assertThat(ledger.isExact()).isFalse();
  }

  @Test
  void isSettledOnlyWhenEveryAnsweredPushWasAcknowledged() {
    ledger.pushed(1);
    assertThat(ledger.isSettled()).isFalse();
    // As many as were pushed, but of another job.
    ledger.acked(2);
    assertThat(ledger.isSettled()).isFalse();
    ledger.acked(1);
    assertThat(ledger.isSettled()).isTrue();
  }

  private void says(long pushed, long acked, long lost, long twice, long unexpected) {
    assertThat(ledger.isExact()).isEqualTo(lost + twice + unexpected + ledger.sameId() == 0);
    assertThat(
            new long[] {
              ledger.pushedCount(),
              ledger.ackedCount(),
              ledger.lost(),
              ledger.ackedTwice(),
              ledger.unexpected()
            })
        .containsExactly(pushed, acked, lost, twice, unexpected);
  }
}
