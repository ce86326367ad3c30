package dev.flashq.protocol.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.log.LogProto.NewJob;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each option is described completely, and no two describe the same thing. */
class PushOptionTest {
  private static Object sample(PushOption option) {
    return switch (option.kind()) {
      case INT32, INT64, MILLIS -> 7L;
      case FLAG -> true;
      case TEXT, TEXT_OR_NUMBER -> "text";
      case TEXTS -> List.of("a", "é");
      case IDS -> List.of(1L, 2L);
    };
  }

  private static NewJob logged(PushOption option) {
    var job = NewJob.newBuilder();
    option.log(job, sample(option));
    return job.build();
  }

  @ParameterizedTest
  @EnumSource
  void isReadFromTheLogAsItWasWritten(PushOption option) {
    assertThat(option.logged(logged(option))).isEqualTo(sample(option));
    assertThat(option.logged(NewJob.getDefaultInstance())).isNull();
  }

  @Test
  void everyFieldOfALoggedJobKeepsOneOption() {
    var kept = new ArrayList<FieldDescriptor>();
    for (PushOption option : PushOption.ALL) {
      kept.addAll(logged(option).getAllFields().keySet());
    }
    var fields = new ArrayList<>(NewJob.getDescriptor().getFields());
    fields.remove(NewJob.getDescriptor().findFieldByNumber(NewJob.DATA_FIELD_NUMBER));
    assertThat(kept).containsExactlyInAnyOrderElementsOf(fields);
  }

  @Test
  void noTwoOptionsHaveAName() {
    assertThat(PushOption.ALL.stream().flatMap(option -> option.names().stream()))
        .doesNotHaveDuplicates();
  }

  @Test
  void staysWithinItsLimits() {
    String years = " is between 0 and 3153600000000 milliseconds";
    for (PushOption option : PushOption.ALL) {
      if (option.kind() == OptionKind.MILLIS) {
        limits(option, 3_153_600_000_000L, 3_153_600_000_001L, option.wireName() + years);
        limits(option, 0L, -1L, option.wireName() + years);
      }
    }
    limits(PushOption.MAX_ATTEMPTS, 0L, -1L, "max_attempts is between 0 and 2147483647");
    limits(PushOption.KEEP_COMPLETED_COUNT, 0L, -1L, "keep_completed_count is not negative");
    limits(PushOption.UNIQUE_KEY, "k", "", "unique_key has between 1 and 512 bytes");
    String half = "é".repeat(256);
    limits(PushOption.JOB_ID, half, half + "x", "job_id has between 1 and 512 bytes");
    limits(PushOption.DEBOUNCE_ID, half, half + "x", "debounce_id has between 1 and 512 bytes");
    limits(PushOption.GROUP_ID, half, half + "x", "group_id has between 1 and 512 bytes");
    limits(PushOption.TAGS, times(64, "t"), times(65, "t"), "at most 64 tags");
    String tag = "t".repeat(256);
    limits(PushOption.TAGS, List.of(tag), List.of(tag + "t"), "a tag has at most 256 bytes");
    limits(
        PushOption.DEPENDS_ON, times(1000, 1L), times(1001, 1L), "at most 1000 ids in depends_on");
  }

  private static List<Object> times(int count, Object item) {
    return Collections.nCopies(count, item);
  }

  private static void limits(PushOption option, Object good, Object bad, String sentence) {
    assertThatCode(() -> option.check(good)).doesNotThrowAnyException();
    assertThatThrownBy(() -> option.check(bad))
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
              assertThat(refusal.sentence()).isEqualTo(sentence);
            });
  }
}
