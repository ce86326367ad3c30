package dev.flashq.statemachine.job;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the engine says of a job is stored by its number, what a worker says as it is. */
class RemarkTest {
  /** A line is added for what is new, and none is ever changed. */
  @Test
  void numbersAreForEver() {
    assertThat(
            Arrays.stream(Remark.Kind.values())
                .map(kind -> kind.number() + " " + kind)
                .collect(joining("\n")))
        .isEqualTo(
            """
            0 WORKER
            1 TIMED_OUT
            2 STALLED
            3 STALLED_TOO_OFTEN
            4 DISCARDED
            5 DEPENDENCY_ENDED
            6 SEALED""");
  }

  @Test
  void isReadAsItWasStored() {
    for (Remark remark :
        List.of(
            Remark.of("smtp is down"),
            Remark.of(""),
            Remark.TIMED_OUT,
            Remark.STALLED,
            Remark.STALLED_TOO_OFTEN,
            Remark.DISCARDED,
            Remark.dependencyEnded(7),
            Remark.ofSealed(ByteString.copyFromUtf8("sealed")))) {
      assertThat(Remark.decode(remark.encode())).isEqualTo(remark);
    }
    assertThat(Remark.dependencyEnded(7).sentence()).isEqualTo("Dependency 7 will not complete");
  }
}
