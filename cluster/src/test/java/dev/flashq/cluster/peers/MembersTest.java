package dev.flashq.cluster.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node knows of the others by their own word. */
class MembersTest {
  private static final long NOW = 1_700_000_000_000L;

  private final VirtualTime time = new VirtualTime();
  private final Members members = new Members("n1", List.of("n1", "n2", "n3"), time::now);

  @Test
  void hearsMembersAndNobodyElse() {
    assertThat(members.hear(hello("n2", NOW), NOW)).isTrue();
    assertThat(members.hear(hello("stranger", NOW), NOW)).isFalse();
    assertThat(members.hear(hello("n1", NOW), NOW)).isFalse();

    assertThat(members.lately("n2")).isPresent();
    assertThat(members.lately("stranger")).isEmpty();
  }

  @Test
  void aWordHoldsForAFewSeconds() {
    members.hear(hello("n2", NOW), NOW);
    time.pass(Members.FRESH_MS);
    assertThat(members.lately("n2")).isPresent();

    time.pass(1);
    assertThat(members.lately("n2")).isEmpty();
    assertThat(members.deviationMs("n2")).isEmpty();
  }

  @Test
  void oneClockKnowsNothingOfTheMajority() {
    assertThat(members.medianOffsetMs()).isEmpty();
    assertThat(members.deviationMs("n1")).isEmpty();
  }

  @Test
  void theClockInTheMiddleIsThatOfTheMajority() {
    members.hear(hello("n2", NOW + 40), NOW);
    members.hear(hello("n3", NOW + 3_600_000), NOW);

    assertThat(members.medianOffsetMs()).contains(40L);
    assertThat(members.deviationMs("n1")).contains(-40L);
    assertThat(members.deviationMs("n2")).contains(0L);
    assertThat(members.deviationMs("n3")).contains(3_599_960L);
  }

  /** A step forward ends leases and delays; a step that is not made can be made later. */
  @Test
  void ofTwoClocksTheSlowerOneCounts() {
    members.hear(hello("n2", NOW + 3_600_000), NOW);
    assertThat(members.medianOffsetMs()).contains(0L);

    members.hear(hello("n2", NOW - 3_600_000), NOW);
    assertThat(members.medianOffsetMs()).contains(-3_600_000L);
  }

  @Test
  void theCommonLevelIsThatOfTheOldestMemberWhenAllHaveSpoken() {
    members.hear(hello("n2", 3), NOW);
    assertThat(members.commonFeatureLevel(3)).isZero();

    members.hear(hello("n3", 2), NOW);
    assertThat(members.commonFeatureLevel(3)).isEqualTo(2);
    assertThat(members.commonFeatureLevel(1)).isEqualTo(1);

    time.pass(Members.FRESH_MS + 1);
    assertThat(members.commonFeatureLevel(3)).isZero();
  }

  private static Hello hello(String node, long unixMs) {
    return Words.of(node).unixMs(unixMs).hello();
  }

  private static Hello hello(String node, int level) {
    return Words.of(node).unixMs(NOW).featureLevel(level).hello();
  }
}
