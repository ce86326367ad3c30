package dev.flashq.cluster.propose;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CommandSizeTest {
  /** The largest value that the option can have. */
  private static Object large(PushOption option) {
    return switch (option.kind()) {
      case INT32, INT64 -> (long) Integer.MAX_VALUE;
      case MILLIS -> 3_153_600_000_000L;
      case FLAG -> true;
      case TEXT, TEXT_OR_NUMBER -> "é".repeat(256);
      case TEXTS -> Collections.nCopies(64, "é".repeat(128));
      case IDS -> Collections.nCopies(1000, new JobId((1L << 53) - 1));
    };
  }

  @ParameterizedTest
  @EnumSource
  void isNotLessThanWhatTheLogTakes(PushOption option) {
    JobOptions options = JobOptions.builder().set(option, large(option)).build();
    var push =
        new Command.PushJobs(
            new QueueName("q"), List.of(new NewJob(Payload.json("\"data\""), options)));
    ByteString entry =
        EntryCodec.encode(
            new EntryHeader("n1", 1, 2, 1), List.of(new Submission(Principal.SYSTEM, null, push)));
    assertThat(CommandSize.of(push)).isGreaterThan(entry.size());
  }
}
