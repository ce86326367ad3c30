package dev.flashq.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.log.GoldenCommands;
import java.util.EnumMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureLevelTest {
  /** A member reads no number in the log that it cannot know by then. */
  @Test
  void anActionIsOfTheLevelOfItsFirstCommand() {
    var levels = new EnumMap<AuditAction, Integer>(AuditAction.class);
    for (Command command : GoldenCommands.byName().values()) {
      AuditAction action = AuditAction.of(command);
      if (action != null && !(command instanceof Command.NoteRead)) {
        levels.merge(action, Math.max(FeatureLevel.of(command), FeatureLevel.AUDIT), Math::min);
      }
    }
    assertThat(levels).hasSizeGreaterThan(30);
    levels.forEach(
        (action, level) -> assertThat(action.level()).as(action.word()).isEqualTo(level));
  }

  @Test
  void erasureAndRetentionAreOfOneLevel() {
    var request =
        new Erasure.Request("id", ByteString.EMPTY, List.of(), List.of(), List.of(), true);
    for (Command command :
        List.of(
            new Command.SetRetention(new Retention("*", 1, 0, 0, 0)),
            new Command.BeginErasure(request),
            new Command.CancelErasure(1),
            new Command.EraseJobs(1, 1, 2, Erasure.Counts.NONE, List.of(), false),
            read(AuditAction.GET_ERASURES),
            naming(AuditAction.ERASE),
            naming(AuditAction.GET_ERASURES))) {
      assertThat(FeatureLevel.of(command)).as("%s", command).isEqualTo(FeatureLevel.PRIVACY);
    }
    assertThat(FeatureLevel.of(read(AuditAction.GET_DATA_RULES)))
        .isEqualTo(FeatureLevel.DATA_RULES);
    assertThat(FeatureLevel.of(naming(AuditAction.SET_SCHEMA))).isEqualTo(FeatureLevel.DATA_RULES);
    assertThat(FeatureLevel.of(read(AuditAction.GET_JOB))).isEqualTo(FeatureLevel.AUDIT_HEADS);
    assertThat(FeatureLevel.of(naming(AuditAction.PUSH))).isEqualTo(FeatureLevel.AUDIT);
  }

  private static Command read(AuditAction action) {
    return new Command.NoteRead(action, null, List.of(), 0, null);
  }

  private static Command naming(AuditAction action) {
    return new Command.SetAuditPolicy(
        new AuditPolicy(
            List.of(
                new AuditPolicy.Rule(
                    List.of(AuditAction.PULL, action), false, List.of(), AuditPolicy.Scope.ALL)),
            1,
            1));
  }
}
