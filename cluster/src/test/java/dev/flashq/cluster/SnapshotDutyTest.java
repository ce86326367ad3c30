package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SnapshotDutyTest {
  private static final int LIMIT = 64_000;

  private final List<CompletableFuture<Void>> taken = new ArrayList<>();
  private final VirtualTime time = new VirtualTime();
  private boolean sending;
  private final SnapshotDuty duty =
      new SnapshotDuty(
          LIMIT,
          time,
          new Checkpointing() {
            @Override
            public boolean isSending() {
              return sending;
            }

            @Override
            public CompletableFuture<Void> take() {
              var checkpoint = new CompletableFuture<Void>();
              taken.add(checkpoint);
              return checkpoint;
            }
          });

  @Test
  void takesOneWhenTheLogHasGrownByTheLimit() {
    work(LIMIT);
    assertThat(taken).isEmpty();

    work(1);
    assertThat(taken).hasSize(1);
  }

  @Test
  void countsWhatShortEntriesWrite() {
    for (int i = 0; i < 8; i++) {
      duty.applied(100, LIMIT / 40 / 8);
    }
    time.settle();
    assertThat(taken).isEmpty();

    duty.applied(39, 1);
    time.settle();
    assertThat(taken).hasSize(1);
  }

  @Test
  void takesOneAtATimeAndCountsWhatCameMeanwhile() {
    work(LIMIT + 1);
    work(LIMIT);
    assertThat(taken).hasSize(1);

    taken.getFirst().complete(null);
    work(0);
    assertThat(taken).hasSize(1);

    work(1);
    assertThat(taken).hasSize(2);
  }

  @Test
  void takesOneEarlyWhenItGetsQuiet() {
    work(LIMIT / 2);
    assertThat(taken).isEmpty();

    pass(1_000);
    assertThat(taken).isEmpty();

    pass(1_000);
    assertThat(taken).hasSize(1);
  }

  @Test
  void doesNotTakeACheckpointForQuiet() {
    work(LIMIT / 2);
    pass(1_000);
    work(LIMIT / 2 + 1);
    taken.getFirst().complete(null);

    work(LIMIT / 4);
    pass(1_000);

    assertThat(taken).hasSize(1);
  }

  @Test
  void takesNoneWhileNextToNothingHappens() {
    for (int i = 0; i < 20; i++) {
      work(LIMIT / 4 / 20);
      pass(1_000);
    }

    assertThat(taken).isEmpty();
  }

  @Test
  void waitsWhileOneIsBeingSentButNotForEver() {
    sending = true;
    work(63 * LIMIT);
    pass(1_000);
    pass(1_000);
    assertThat(taken).isEmpty();

    work(LIMIT + 1);
    assertThat(taken).hasSize(1);
  }

  @Test
  void triesAgainLaterWhenOneFails() {
    work(LIMIT + 1);
    taken.getFirst().completeExceptionally(new IllegalStateException("no room"));
    pass(9_999);
    assertThat(taken).hasSize(1);

    pass(1);
    assertThat(taken).hasSize(2);
  }

  private void work(int bytes) {
    duty.applied(bytes, 0);
    time.settle();
  }

  private void pass(long ms) {
    time.pass(ms);
  }
}
