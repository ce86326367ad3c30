package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.Submission;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Data is taken that keeps to the rules at its place in the log, and refused that breaks them,
 * whatever the node knew that was asked.
 */
final class DataCheck implements Checks.Check {
  static final String KEPT = "no data is taken that breaks a rule";
  static final String RIGHT = "no data is refused that keeps to the rules";

  /** What guests push: one keeps to the schema, one does not. */
  static final Payload TEXT = Payload.json("\"x\"");

  static final Payload NUMBER = Payload.json("1");

  /** That all schemas say. */
  static final ByteString TEXTS_ONLY = ByteString.copyFromUtf8("{\"type\":\"string\"}");

  /**
   * @param replies empty: whoever proposed it did not live to see it
   */
  private record Step(Entry entry, boolean isNew, DataRules after, List<Reply> replies) {}

  private final TreeMap<Long, Step> log = new TreeMap<>();

  @Override
  public void applied(Simulation run, SimNode node, long index, ByteString bytes, Outcome outcome) {
    if (!run.isGuarded()) {
      return;
    }
    Step known = log.get(index);
    if (known == null) {
      Entry entry = EntryCodec.decode(bytes);
      DataRules rules = node.replica().dataRules();
      log.put(index, new Step(entry, outcome.isNew(), rules, outcome.replies()));
    } else if (known.replies.isEmpty()) {
      log.put(index, new Step(known.entry, known.isNew, known.after, outcome.replies()));
    }
  }

  @Override
  public void judge(Simulation run) {
    DataRules before = DataRules.NONE;
    for (Map.Entry<Long, Step> at : log.entrySet()) {
      Step step = at.getValue();
      for (int i = 0; step.isNew && i < step.replies.size(); i++) {
        judge(
            run,
            at.getKey(),
            step.entry.submissions().get(i),
            step.replies.get(i),
            before,
            step.after);
      }
      before = step.after;
    }
  }

  private static void judge(
      Simulation run,
      long index,
      Submission submission,
      Reply reply,
      DataRules before,
      DataRules after) {
    if (!(submission.command() instanceof Command.PushJobs push)
        || !(reply instanceof Reply.Pushed(List<Reply.PushOutcome> outcomes))
        || submission.requestId() != null) {
      // Whoever repeats a request is told what came of it before.
      return;
    }
    for (int item = 0; item < outcomes.size(); item++) {
      boolean text =
          submission.inspection().flaw(item) == null && isText(push.jobs().get(item).data());
      boolean refused =
          outcomes.get(item) instanceof Reply.Refused refusal
              && refusal.code() == ErrorCode.VALIDATION_ERROR;
      boolean accepted = outcomes.get(item) instanceof Reply.PushOutcome.Accepted;
      String what = "at " + index + ": " + submission + " was answered " + reply;
      if (accepted && !text && covers(before, push.queue()) && covers(after, push.queue())) {
        run.violated(KEPT, what + " under " + before + " and " + after);
      }
      if (refused && !covers(before, push.queue()) && !covers(after, push.queue())) {
        run.violated(RIGHT, what + " under " + before + " and " + after);
      }
    }
  }

  private static boolean isText(Payload data) {
    return data.bytes().byteAt(0) == '"';
  }

  private static boolean covers(DataRules rules, QueueName queue) {
    return rules.schemas().stream().anyMatch(schema -> schema.covers(queue));
  }
}
