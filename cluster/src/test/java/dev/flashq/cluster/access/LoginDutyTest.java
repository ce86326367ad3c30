package dev.flashq.cluster.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.NoteLogins;
import dev.flashq.statemachine.Command.RefusedLogins;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LoginDutyTest {
  private final VirtualTime lane = new VirtualTime();
  private final List<NoteLogins> proposed = new ArrayList<>();
  private CompletableFuture<Reply> answer = CompletableFuture.completedFuture(Reply.Done.DONE);
  private int level = FeatureLevel.AUDIT_HEADS;
  private final LoginDuty duty = new LoginDuty(() -> level, this::propose, lane);

  private CompletableFuture<Reply> propose(Submission submission) {
    assertThat(submission.principal().isSystem()).isTrue();
    proposed.add((NoteLogins) submission.command());
    return answer;
  }

  private void look() {
    duty.look();
    lane.settle();
  }

  @Test
  void tellsHowManyCameFromEachAddress() {
    duty.refused("10.0.0.1");
    duty.refused("10.0.0.2");
    duty.refused("10.0.0.1");
    look();
    look();
    assertThat(proposed)
        .containsExactly(
            new NoteLogins(
                List.of(new RefusedLogins("10.0.0.1", 2), new RefusedLogins("10.0.0.2", 1))));
  }

  @Test
  void countsTogetherWhatComesFromTooManyAddresses() {
    for (int i = 0; i < 10_000; i++) {
      duty.refused("10.0." + i / 256 + "." + i % 256);
    }
    look();
    List<RefusedLogins> refused = proposed.getFirst().refused();
    assertThat(refused).hasSize(Limits.REFUSED_LOGINS);
    assertThat(refused.getLast()).isEqualTo(new RefusedLogins("", 10_000 - refused.size() + 1));
  }

  @Test
  void proposesOneAtATimeAndAgainWhatWasRefused() {
    answer = new CompletableFuture<>();
    duty.refused("10.0.0.1");
    look();
    duty.refused("10.0.0.1");
    look();
    assertThat(proposed).hasSize(1);
    answer.complete(new Reply.Refused(ErrorCode.SERVICE_UNAVAILABLE, "nobody leads"));
    lane.settle();
    answer = CompletableFuture.completedFuture(Reply.Done.DONE);
    look();
    assertThat(proposed.getLast().refused()).containsExactly(new RefusedLogins("10.0.0.1", 2));
  }

  @Test
  void waitsUntilAllMembersUnderstand() {
    level = FeatureLevel.AUDIT;
    duty.refused("10.0.0.1");
    look();
    assertThat(proposed).isEmpty();
    level = FeatureLevel.AUDIT_HEADS;
    look();
    assertThat(proposed).hasSize(1);
  }
}
