package dev.flashq.transport.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.option.PushOption;
import dev.flashq.protocol.wire.MessagePackReader;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.SealedTexts;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is described as an option is carried by every place on its way, and forgotten by none. */
class EveryOptionTest {
  private static Object value(PushOption option) {
    return switch (option.kind()) {
      case INT32, INT64, MILLIS -> 7L;
      case FLAG -> true;
      case TEXT, TEXT_OR_NUMBER -> "8";
      case TEXTS -> List.of("a", "b");
      case IDS -> List.of(new JobId(3), new JobId(4));
    };
  }

  private static String json(PushOption option) {
    return switch (option.kind()) {
      case INT32, INT64, MILLIS -> "7";
      case FLAG -> "true";
      case TEXT -> "'8'";
      case TEXT_OR_NUMBER -> "8";
      case TEXTS -> "['a','b']";
      case IDS -> "[3,4]";
    };
  }

  /** The option as fields of a request, by each of its names. */
  private static List<String> fields(PushOption option) {
    return option == PushOption.FIXED_BACKOFF
        ? List.of("'backoff':{'type':'fixed'}")
        : option.names().stream().map(name -> "'" + name + "':" + json(option)).toList();
  }

  private static JobOptions read(String text, Encoding encoding) {
    byte[] bytes = text.replace('\'', '"').getBytes(UTF_8);
    if (encoding == Encoding.MESSAGE_PACK) {
      var out = new MessagePackWriter();
      Transcode.jsonToMessagePack(bytes, 0, bytes.length, out);
      bytes = out.toByteArray();
    }
    Plan plan = Requests.plan(new RequestReader(encoding).read(bytes, 0, bytes.length), false);
    return ((Command.PushJobs) ((Plan.Submit) plan).command()).jobs().getFirst().options();
  }

  @ParameterizedTest
  @EnumSource
  void isReadFromRequests(PushOption option) {
    JobOptions wanted = JobOptions.builder().set(option, value(option)).build();
    assertThat(fields(option)).isNotEmpty();
    for (Encoding encoding : Encoding.values()) {
      for (String field : fields(option)) {
        String one = "{'cmd':'PUSH','queue':'q','data':1," + field + "}";
        String batch = "{'cmd':'PUSHB','queue':'q','jobs':[{'data':1," + field + "}]}";
        assertThat(read(one, encoding)).as(one).isEqualTo(wanted);
        assertThat(read(batch, encoding)).as(batch).isEqualTo(wanted);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void isKeptInTheLog(PushOption option) {
    JobOptions options = JobOptions.builder().set(option, value(option)).build();
    var push = new Command.PushJobs(new QueueName("q"), List.of(new NewJob(Payload.NULL, options)));
    var entry =
        EntryCodec.encode(
            new EntryHeader("n1", 1, 2, 1), List.of(new Submission(Principal.SYSTEM, null, push)));
    Command replayed =
        EntryCodec.decode(EntryCodec.stamp(entry, 3)).submissions().getFirst().command();
    assertThat(((Command.PushJobs) replayed).jobs().getFirst().options()).isEqualTo(options);
  }

  @ParameterizedTest
  @EnumSource
  void isToldInTheJobObject(PushOption option) {
    String told = told(JobOptions.builder().set(option, value(option)).build());
    if (option.answerName() == null) {
      assertThat(told).isEqualTo(told(JobOptions.DEFAULTS));
      return;
    }
    String name = option == PushOption.JOB_ID ? "custom_id" : option.wireName();
    String value = option == PushOption.JOB_ID ? "'8'" : json(option);
    assertThat(told).contains("'" + name + "':" + value);
  }

  private static String told(JobOptions options) {
    var answer = new Answer(Encoding.JSON);
    JobWriter.job(view(options), answer);
    return new String(answer.out().toByteArray(), UTF_8).replace('"', '\'');
  }

  @Test
  void theJobObjectHasAsManyFieldsAsItSays() {
    var answer = new Answer(Encoding.MESSAGE_PACK);
    JobWriter.job(view(JobOptions.DEFAULTS), answer);
    var in = new MessagePackReader();
    in.open(answer.out().toByteArray(), 0, answer.out().size());
    in.skip();
    in.finish();
  }

  private static JobView view(JobOptions options) {
    return new JobView(
        new JobId(1),
        new QueueName("q"),
        JobState.WAITING,
        options,
        Payload.NULL,
        null,
        null,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        null,
        0,
        Omitted.NONE,
        SealedTexts.NONE,
        false);
  }

  @ParameterizedTest
  @EnumSource
  void isDocumented(PushOption option) throws IOException {
    String name = option == PushOption.FIXED_BACKOFF ? "fixed" : "`" + option.wireName() + "`";
    assertThat(Files.readString(Path.of("../docs/PROTOCOL.md"))).contains(name);
  }
}
