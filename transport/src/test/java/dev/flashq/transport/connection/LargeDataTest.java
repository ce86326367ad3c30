package dev.flashq.transport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.Part;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.SealedTexts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LargeDataTest {
  private static final JobId ID = new JobId(7);
  private static final Part DATA = new Part(ID, false);
  private static final Part RESULT = new Part(ID, true);
  private static final Payload CLEAR = Payload.json("1");

  private static JobView large() {
    return new JobView(
        ID,
        new QueueName("pay"),
        JobState.COMPLETED,
        JobOptions.DEFAULTS,
        null,
        null,
        null,
        1,
        1,
        1,
        1,
        1,
        1,
        0,
        0,
        0,
        null,
        1,
        new Omitted(100_000, 100_000),
        SealedTexts.NONE,
        false);
  }

  @Test
  void aJobOfWhichSomethingLargeCannotBeReadSaysSo() {
    for (Part gone : List.of(DATA, RESULT)) {
      var payloads =
          new Query.Payloads(
              Map.of(DATA, gone == DATA ? Payload.NULL : CLEAR, RESULT, CLEAR), List.of(gone));
      for (Object outcome : List.of(new Query.Found(large()), new Delivered(List.of(large())))) {
        assertThat(LargeData.with(outcome, payloads).toString()).contains("unreadable=true");
      }
    }
    var readable = new Query.Payloads(Map.of(DATA, CLEAR, RESULT, CLEAR));
    assertThat(LargeData.with(new Query.Found(large()), readable).toString())
        .contains("unreadable=false");
  }
}
