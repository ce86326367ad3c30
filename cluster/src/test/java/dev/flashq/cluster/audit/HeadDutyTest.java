package dev.flashq.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.security.SigningKey;
import dev.flashq.statemachine.AuditHead;
import dev.flashq.statemachine.AuditKey;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HeadDutyTest {
  private static final AuditHead HEAD =
      new AuditHead(9, 7, 1000, ByteString.copyFromUtf8("hash"), ByteString.EMPTY);

  private final VirtualTime lane = new VirtualTime();
  private final List<Command> proposed = new ArrayList<>();
  private AuditStanding trail = AuditStanding.NOTHING;
  private boolean leads = true;
  private long clock = 1_000_000;
  private final HeadDuty duty =
      new HeadDuty(() -> trail, () -> leads, () -> clock, SigningKey::create, this::propose, lane);

  private CompletableFuture<Reply> propose(Submission submission) {
    proposed.add(submission.command());
    return CompletableFuture.completedFuture(Reply.Done.DONE);
  }

  private void look() {
    duty.look();
    lane.settle();
  }

  private AuditKey key() {
    trail = new AuditStanding(7, HEAD, 5, 0, 0, null, 0, 0);
    look();
    return ((Command.SetAuditKey) proposed.removeLast()).key();
  }

  @Test
  void aTrailWithoutRecordsNeedsNoKey() {
    look();
    assertThat(proposed).isEmpty();
  }

  @Test
  void aTrailThatHasGrownIsSignedWithTheKeyOfTheCluster() {
    AuditKey key = key();
    trail = new AuditStanding(7, HEAD, 5, 0, 0, key, 0, 0);
    look();
    Command.SignAuditHead sign = (Command.SignAuditHead) proposed.getFirst();
    assertThat(sign.first()).isEqualTo(5);
    AuditHead head = sign.head();
    assertThat(head.signed(ByteString.EMPTY)).isEqualTo(HEAD);
    assertThat(
            SigningKey.verifies(
                key.publicHalf().toByteArray(), head.message(), head.signature().toByteArray()))
        .isTrue();
  }

  @Test
  void oneThatHasNotIsNotSignedAgain() {
    AuditKey key = key();
    trail = new AuditStanding(7, HEAD, 5, 7, 0, key, 0, 0);
    look();
    assertThat(proposed).isEmpty();
  }

  @Test
  void headsAreSignedEveryHalfMinuteAtMost() {
    AuditKey key = key();
    trail = new AuditStanding(7, HEAD, 5, 4, clock, key, 0, 0);
    clock += HeadDuty.SIGN_MS - 1;
    look();
    assertThat(proposed).isEmpty();
    clock++;
    look();
    assertThat(proposed).hasSize(1);
  }

  @Test
  void onlyTheLeaderSigns() {
    AuditKey key = key();
    trail = new AuditStanding(7, HEAD, 5, 0, 0, key, 0, 0);
    leads = false;
    look();
    assertThat(proposed).isEmpty();
  }

  @Test
  void thePrivateHalfIsInNoText() {
    AuditKey key = key();
    assertThat(
            new Command.SetAuditKey(key).toString()
                + new AuditStanding(0, null, 0, 0, 0, key, 0, 0))
        .doesNotContain("contents", "bytes");
  }
}
