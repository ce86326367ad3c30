package dev.flashq.cluster.data;

import static dev.flashq.protocol.ErrorCode.INTERNAL_ERROR;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.DataSchema.Mode;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.Inspection.Flaw;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query.JobPlace;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InspectionsTest {
  private static final QueueName MAIL = new QueueName("mail");
  private static final JobId JOB = new JobId(7);
  private static final Claim CLAIM = new Claim(JOB, 1);
  private static final String CARD = "4111 1111 1111 1111";

  private DataRules rules = DataRules.NONE;
  private Map<JobId, JobPlace> places = Map.of(JOB, new JobPlace(MAIL, 0));
  private Map<JobId, JobPlace> arriving = Map.of();
  private int caughtUp;
  private final Queue<Runnable> readers = new ArrayDeque<>();
  private final List<Submission> proposed = new ArrayList<>();
  private Reply answer = Reply.Done.DONE;
  private final Inspections inspections =
      new Inspections(
          () -> rules,
          jobs -> places,
          NoKeys.sealing(),
          () -> {
            caughtUp++;
            places = arriving;
            return CompletableFuture.completedFuture(null);
          },
          readers::add,
          () -> 0);

  private CompletableFuture<Reply> submit(Command command) {
    CompletableFuture<Reply> reply = give(command);
    if (answer instanceof Reply.Done) {
      read();
    }
    return reply;
  }

  private CompletableFuture<Reply> give(Command command) {
    return inspections.submit(
        new Submission(Principal.ANONYMOUS, null, command),
        submission -> {
          proposed.add(submission);
          return CompletableFuture.completedFuture(answer);
        });
  }

  private void read() {
    for (Runnable next = readers.poll(); next != null; next = readers.poll()) {
      next.run();
    }
  }

  private Inspection inspection() {
    return proposed.getLast().inspection();
  }

  private static DataSchema schema(String queues, Mode mode, String text) {
    return new DataSchema(queues, 1, mode, ByteString.copyFromUtf8(text));
  }

  private void schemas(long version, DataSchema... schemas) {
    rules = new DataRules(version, List.of(schemas), List.of(), List.of());
  }

  private void policy(boolean encrypted, boolean cards, String... forbidden) {
    rules =
        new DataRules(
            3,
            List.of(),
            List.of(new DataPolicy("m*", encrypted, List.of(forbidden), cards, 0)),
            List.of());
  }

  private static Command.PushJobs push(String... data) {
    return new Command.PushJobs(
        MAIL, Stream.of(data).map(d -> new NewJob(Payload.json(d), JobOptions.DEFAULTS)).toList());
  }

  private static Command.AckJobs ack(@Nullable String result) {
    Payload payload = result == null ? null : Payload.json(result);
    return new Command.AckJobs(List.of(new Command.Ack(CLAIM, payload)));
  }

  @Test
  void withoutRulesNothingIsLookedAt() {
    submit(push("broken"));
    assertThat(proposed.getFirst().inspection()).isSameAs(Inspection.NONE);
    assertThat(readers).isEmpty();
  }

  @Test
  void whatIsWrongWithAnItemStandsInTheLogInPlaceOfItsData() {
    schemas(4, schema("mail", Mode.ENFORCE, "{\"type\":\"object\"}"));
    submit(push("{}", "\"secret\"", "{}"));
    assertThat(inspection())
        .isEqualTo(
            new Inspection(
                4, List.of(new Flaw(1, "Invalid job data for queue mail: must be an object"))));
    assertThat(((Command.PushJobs) proposed.getFirst().command()).jobs())
        .extracting(NewJob::data)
        .containsExactly(Payload.json("{}"), Payload.NULL, Payload.json("{}"));
  }

  @Test
  void allSchemasThatCoverAQueueHold() {
    schemas(
        4,
        schema("*", Mode.ENFORCE, "{\"type\":\"object\"}"),
        schema("m*l", Mode.ENFORCE, "{\"required\":[\"a\"]}"),
        schema("other", Mode.ENFORCE, "false"));
    submit(push("{}"));
    assertThat(inspection().flaws())
        .containsExactly(new Flaw(0, "Invalid job data for queue mail: /a is required"));
    submit(push("{\"a\":1}"));
    assertThat(inspection().flaws()).isEmpty();
  }

  @Test
  void aSchemaThatOnlyReportsRefusesNothing() {
    schemas(4, schema("mail", Mode.REPORT, "false"));
    submit(push("{}"));
    assertThat(inspection()).isEqualTo(new Inspection(4, List.of()));
  }

  @Test
  void whatChangesUnderACommandIsLookedAtAgain() {
    answer = Reason.DATA_RULES_CHANGED.refuses();
    CompletableFuture<Reply> reply = submit(push("1"));
    assertThat(inspection()).isSameAs(Inspection.NONE);

    schemas(5, schema("mail", Mode.ENFORCE, "{\"type\":\"object\"}"));
    answer = Reply.Done.DONE;
    read();
    assertThat(reply).isCompletedWithValue(Reply.Done.DONE);
    assertThat(inspection().version()).isEqualTo(5);
    assertThat(inspection().flaws()).hasSize(1);
  }

  @Test
  void rulesThatNeverStandStillAreGivenUp() {
    answer = Reason.DATA_RULES_CHANGED.refuses();
    CompletableFuture<Reply> reply = submit(push("1"));
    read();
    assertThat(reply.join())
        .isInstanceOfSatisfying(
            Reply.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(SERVICE_UNAVAILABLE));
    assertThat(proposed).hasSize(10);
  }

  @Test
  void whatOneThreadSubmitsKeepsItsOrder() {
    schemas(4, schema("mail", Mode.ENFORCE, "{\"type\":\"string\"}"));
    Command large = push("\"" + "x".repeat(20_000) + "\"");
    Command small = push("\"y\"");
    var pause = new Command.SetPaused(MAIL, true);
    give(large);
    give(small);
    CompletableFuture<Reply> last = give(pause);
    assertThat(proposed).isEmpty();
    read();
    assertThat(proposed).extracting(Submission::command).containsExactly(large, small, pause);
    assertThat(last).isCompletedWithValue(Reply.Done.DONE);
    submit(small);
    assertThat(proposed).hasSize(4);
  }

  @Test
  void resultsAreLookedAtByThePoliciesOfTheirJobsQueue() {
    policy(false, true);
    submit(ack("{\"card\":\"" + CARD + "\"}"));
    read();
    assertThat(inspection().flaws())
        .containsExactly(
            new Flaw(0, "Invalid result for queue mail: /card looks like a card number"));
    assertThat(((Command.AckJobs) proposed.getLast().command()).acks().getFirst().result())
        .isNull();

    places = Map.of(JOB, new JobPlace(new QueueName("other"), 0));
    submit(ack("\"" + CARD + "\""));
    read();
    assertThat(inspection().flaws()).isEmpty();
  }

  @Test
  void aJobThatTheNodeDoesNotKnowHasNoResult() {
    policy(false, true);
    places = Map.of();
    submit(ack("1"));
    read();
    assertThat(inspection().flaws()).hasSize(1);
    submit(ack(null));
    read();
    assertThat(inspection().flaws()).isEmpty();
  }

  @Test
  void aJobThatOthersKnowIsWaitedFor() {
    policy(false, true);
    places = Map.of();
    arriving = Map.of(JOB, new JobPlace(MAIL, 0));
    submit(ack("\"" + CARD + "\""));
    assertThat(caughtUp).isEqualTo(1);
    assertThat(inspection().flaws())
        .containsExactly(new Flaw(0, "Invalid result for queue mail: looks like a card number"));
    places = Map.of();
    submit(new Command.FailJob(CLAIM, "declined"));
    assertThat(proposed.getLast().command()).isEqualTo(new Command.FailJob(CLAIM, "declined"));
  }

  @Test
  void theFirstSchemaHoldsForWhatTheSameThreadGivesBehindIt() {
    var set = new Command.SetSchema("mail", Mode.ENFORCE, ByteString.copyFromUtf8("{}"));
    give(set);
    give(push("1"));
    assertThat(proposed).isEmpty();
    read();
    assertThat(proposed).extracting(Submission::command).containsExactly(set, push("1"));
  }

  @Test
  void newDataOfAJobIsLookedAtAsItsFirst() {
    policy(false, false, "cvv");
    submit(new Command.UpdateJob(JOB, Payload.json("{\"a\":{\"CVV\":1}}")));
    read();
    assertThat(inspection().flaws())
        .containsExactly(
            new Flaw(
                0, "Invalid job data for queue mail: /a/CVV is a field that must not be there"));
    assertThat(((Command.UpdateJob) proposed.getLast().command()).data()).isEqualTo(Payload.NULL);
  }

  @Test
  void textsThatMayNotBeKeptAreWithheldAndTheCommandGoesOn() {
    policy(false, true);
    submit(new Command.FailJob(CLAIM, "card " + CARD + " declined"));
    submit(new Command.ReportProgress(CLAIM, 5, CARD));
    submit(new Command.FailJob(CLAIM, "declined"));
    read();
    assertThat(proposed)
        .extracting(Submission::command)
        .containsExactly(
            new Command.FailJob(CLAIM, "[withheld: looks like a card number]"),
            new Command.ReportProgress(CLAIM, 5, "[withheld: looks like a card number]"),
            new Command.FailJob(CLAIM, "declined"));
    policy(true, false);
    rules = new DataRules(9, rules.schemas(), rules.policies(), List.of());
    submit(new Command.FailJob(CLAIM, "declined"));
    submit(ack("null"));
    read();
    assertThat(proposed.get(3).command())
        .isEqualTo(new Command.FailJob(CLAIM, "[withheld: not encrypted]"));
    assertThat(inspection().flaws()).isEmpty();
  }

  @Test
  void aSchemaThatCannotBeKeptToIsNotProposed() {
    CompletableFuture<Reply> reply =
        submit(
            new Command.SetSchema(
                "mail", Mode.ENFORCE, ByteString.copyFromUtf8("{\"$ref\":\"http://a.example\"}")));
    read();
    assertThat(proposed).isEmpty();
    assertThat(reply.join())
        .isInstanceOfSatisfying(
            Reply.Refused.class, refused -> assertThat(refused.code()).isEqualTo(INVALID_REQUEST));
    submit(new Command.SetSchema("mail", Mode.ENFORCE, ByteString.copyFromUtf8("{}")));
    submit(new Command.SetSchema("mail", Mode.ENFORCE, null));
    read();
    assertThat(proposed).hasSize(2);
  }

  @Test
  void aNodeThatCannotUseASchemaTakesNothingForIt() {
    schemas(4, schema("mail", Mode.ENFORCE, "{\"pattern\":\"(?=a)\"}"));
    assertThat(submit(push("1")).join())
        .isInstanceOfSatisfying(
            Reply.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(SERVICE_UNAVAILABLE));
    assertThat(proposed).isEmpty();
  }

  @Test
  void aBugOnTheWayLeavesNoCommandWithoutAnAnswer() {
    schemas(4, schema("mail", Mode.ENFORCE, "{}"));
    Payload broken = Payload.json("{\"a\":" + "[".repeat(300) + "]".repeat(300) + "}");
    rules =
        new DataRules(
            5, rules.schemas(), List.of(new DataPolicy("*", false, List.of(), true, 0)), List.of());
    CompletableFuture<Reply> reply =
        submit(new Command.PushJobs(MAIL, List.of(new NewJob(broken, JobOptions.DEFAULTS))));
    read();
    assertThat(reply.join())
        .isInstanceOfSatisfying(
            Reply.Refused.class, refused -> assertThat(refused.code()).isEqualTo(INTERNAL_ERROR));
    assertThat(proposed).isEmpty();
  }

  @Test
  void namesInTheClearCanBeForbidden() {
    rules =
        new DataRules(
            3,
            List.of(),
            List.of(new DataPolicy("m*", false, List.of(), false, 0, true)),
            List.of());
    for (PushOption option :
        List.of(
            PushOption.JOB_ID,
            PushOption.UNIQUE_KEY,
            PushOption.GROUP_ID,
            PushOption.DEBOUNCE_ID)) {
      JobOptions named = JobOptions.builder().set(option, "anna").build();
      submit(new Command.PushJobs(MAIL, List.of(new NewJob(Payload.json("1"), named))));
      assertThat(inspection().flaws())
          .containsExactly(
              new Flaw(
                  0,
                  "Invalid job data for queue mail: "
                      + option.wireName()
                      + " is kept in the clear, which the policy of the queue forbids"));
    }
    JobOptions tagged = JobOptions.builder().tags(List.of("anna")).build();
    submit(new Command.PushJobs(MAIL, List.of(new NewJob(Payload.json("1"), tagged))));
    assertThat(inspection().flaws()).hasSize(1);
    submit(push("1"));
    assertThat(inspection().flaws()).isEmpty();
  }
}
