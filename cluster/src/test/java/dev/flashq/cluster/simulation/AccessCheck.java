package dev.flashq.cluster.simulation;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.REQUEST_ID_EXPIRED;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.simulation.AccessModel.Wanted;
import dev.flashq.cluster.simulation.History.Answered;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log once more beside a model of the rules: what was done was allowed at its place, what
 * was refused was not, and each command that had an effect or was refused has its audit record.
 */
final class AccessCheck implements Checks.Check {
  static final String ALLOWED = "nobody does what is not allowed";
  static final String REFUSED = "nobody is refused what is allowed";
  static final String RULES = "commands change the rules as they say";
  static final String RECORDED = "no effect without its audit record";
  static final String EFFECTIVE = "no audit record without its effect";

  /**
   * An entry, with what it has left in the audit trail.
   *
   * @param replies empty: whoever proposed it did not live to see it
   */
  private record Step(Entry entry, boolean isNew, List<AuditRecord> records, List<Reply> replies) {}

  private final TreeMap<Long, Step> log = new TreeMap<>();
  private final AccessModel model = new AccessModel();
  private final Map<Long, String> queues = new HashMap<>();

  /** Requests whose answer is on record, and those of which that is not known. */
  private final Set<String> answered = new HashSet<>();

  private final Set<String> perhapsAnswered = new HashSet<>();
  private final List<Answered> open = new ArrayList<>();
  private final ReadRecords reads = new ReadRecords();
  private long clock;
  private long lastRecord;
  private long lastRecordAt;

  @Override
  public void applied(Simulation run, SimNode node, long index, ByteString bytes, Outcome outcome) {
    if (!run.isGuarded()) {
      return;
    }
    Step known = log.get(index);
    if (known == null) {
      log.put(
          index,
          new Step(EntryCodec.decode(bytes), outcome.isNew(), news(node), outcome.replies()));
    } else if (known.replies.isEmpty() && !outcome.replies().isEmpty()) {
      log.put(index, new Step(known.entry, known.isNew, known.records, outcome.replies()));
    }
  }

  /** What the entry that was applied first here has left in the audit trail. */
  private List<AuditRecord> news(SimNode node) {
    List<AuditRecord> records =
        node.replica()
            .ask(
                Principal.SYSTEM,
                new Query.ListAudit(
                    lastRecordAt, Long.MAX_VALUE, null, null, null, null, lastRecord, 10_000))
            .records();
    if (!records.isEmpty()) {
      lastRecord = records.getLast().number();
      lastRecordAt = records.getLast().atMs();
    }
    return records;
  }

  @Override
  public void judge(Simulation run) {
    for (Step step : log.values()) {
      for (AuditRecord record : step.records) {
        if (record.action() == AuditAction.PUSH && record.refused() == null) {
          record.jobs().forEach(job -> pushed(run, job, record));
        }
      }
    }
    for (var job : run.history().ofGuests()) {
      queues.putIfAbsent(job.getKey(), job.getValue().value());
    }
    List<Answered> answers =
        run.history().answered().stream().sorted(Comparator.comparingLong(Answered::from)).toList();
    int next = 0;
    for (Map.Entry<Long, Step> at : log.entrySet()) {
      for (; next < answers.size() && answers.get(next).from() < at.getKey(); next++) {
        open.add(answers.get(next));
      }
      look();
      requireNoneOlder(run, at.getKey());
      clock = Math.max(clock, at.getValue().entry.proposedAtMs());
      if (at.getValue().isNew) {
        judge(run, at.getKey(), at.getValue());
      }
      reads.policy(at.getKey(), model.policyAfterEntry());
    }
    reads.judge(run, run.history().questions());
    open.addAll(answers.subList(next, answers.size()));
    look();
    requireNoneOlder(run, Long.MAX_VALUE);
  }

  private void pushed(Simulation run, JobId job, AuditRecord record) {
    String other = queues.put(job.value(), record.queue());
    if (other != null) {
      run.violated(EFFECTIVE, "job " + job + " was pushed twice by the trail, again in " + record);
    }
  }

  /** Answers that fit what is allowed now need no other place to fit. */
  private void look() {
    open.removeIf(
        answer ->
            model.permitsAny(answer.who(), answer.operations(), answer.queue())
                == answer.allowed());
  }

  private void requireNoneOlder(Simulation run, long index) {
    for (Answered answer : open) {
      if (answer.to() < index) {
        run.violated(answer.allowed() ? ALLOWED : REFUSED, "at no time fits " + answer);
      }
    }
  }

  private void judge(Simulation run, long index, Step step) {
    model.beginEntry(clock);
    var left = new ArrayList<>(step.records);
    List<Submission> submissions = step.entry.submissions();
    for (int i = 0; i < submissions.size(); i++) {
      if (!step.replies.isEmpty() && i >= step.replies.size()) {
        break;
      }
      Submission submission = submissions.get(i);
      String what = "at " + index + ": " + submission;
      if (submission.command() instanceof Command.NoteRead note) {
        reads.noted(index, submission.principal(), note);
      }
      if (step.replies.isEmpty()) {
        unseen(run, what, submission, left);
      } else {
        seen(run, what, submission, step.replies.get(i), left);
      }
      look();
    }
    if (!left.isEmpty()) {
      run.violated(EFFECTIVE, "at " + index + ": " + left + " after " + submissions);
    }
  }

  /** Somebody has got the reply, or could have. */
  private void seen(
      Simulation run, String what, Submission submission, Reply reply, List<AuditRecord> left) {
    ErrorCode code = reply instanceof Reply.Refused refused ? refused.code() : null;
    Wanted wanted = AccessModel.wanted(submission.command());
    if (isToBeInspectedAgain(reply)) {
      if (model.refusal(submission.principal(), wanted) != null) {
        run.violated(ALLOWED, what + " was answered " + reply);
      }
      return;
    }
    boolean admitted = judge(run, what, submission, wanted, code);
    if (reply instanceof Reply.Acked acked) {
      judgeBatch(run, what, submission, wanted.jobs(), acked.failures());
    } else if (admitted && wanted.jobs().size() == 1) {
      judgeJob(run, what, submission, wanted.jobs().getFirst(), code);
    }
    boolean repeated = admitted && isRepeated(submission, reply);
    boolean perhapsRepeated = repeated || perhapsAnswered.contains(name(submission));
    if (admitted) {
      judgeQuota(run, what, submission, reply, !perhapsRepeated);
    }
    ExpectedRecord expected = repeated ? null : ExpectedRecord.of(submission, reply, model);
    if (expected != null && !left.removeIf(expected::isOnce) && !perhapsRepeated) {
      run.violated(RECORDED, what + " was answered " + reply + ", and in the trail is " + left);
    }
  }

  /** Nothing has come of it yet, and nothing is recorded. */
  private static boolean isToBeInspectedAgain(Reply reply) {
    return reply instanceof Reply.Refused refused
        && refused.reason() != null
        && refused.reason().reason() == Reason.DATA_RULES_CHANGED;
  }

  private void judgeQuota(
      Simulation run, String what, Submission submission, Reply reply, boolean isNew) {
    QueueName queue =
        switch (submission.command()) {
          case Command.PushJobs push -> push.queue();
          case Command.SetPaused set -> set.paused() ? set.queue() : null;
          case Command.SetRateLimit set -> set.limit() == null ? null : set.queue();
          case Command.SetConcurrency set -> set.limit() == null ? null : set.queue();
          default -> null;
        };
    if (queue == null) {
      return;
    }
    Principal who = submission.principal();
    var attempt = new QuotaModel.Attempt(run, what, who, model.roles(who), queue);
    switch (reply) {
      case Reply.Pushed(var outcomes) -> model.quotas().pushed(attempt, outcomes, isNew);
      case Reply.Refused refused -> model.quotas().refused(attempt, refused);
      default -> model.quotas().made(attempt);
    }
  }

  /** Of a job that is named again nothing more is done or said. */
  private void judgeBatch(
      Simulation run,
      String what,
      Submission submission,
      List<Long> jobs,
      List<Reply.Failure> failures) {
    Map<Integer, ErrorCode> codes = new HashMap<>();
    failures.forEach(failure -> codes.put(failure.index(), failure.refusal().code()));
    Set<Long> named = new HashSet<>();
    for (int i = 0; i < jobs.size(); i++) {
      if (named.add(jobs.get(i))) {
        judgeJob(run, what, submission, jobs.get(i), codes.get(i));
      }
    }
  }

  /** Nobody has got the reply: the trail says what has happened. */
  private void unseen(Simulation run, String what, Submission submission, List<AuditRecord> left) {
    Wanted wanted = AccessModel.wanted(submission.command());
    AuditRecord record =
        left.stream()
            .filter(candidate -> ExpectedRecord.mayBe(candidate, submission, wanted))
            .findFirst()
            .orElse(null);
    if (submission.requestId() != null) {
      perhapsAnswered.add(name(submission));
    }
    if (record == null) {
      if (model.refusal(submission.principal(), wanted) == null) {
        model.carryOut(submission.command(), clock);
      }
      return;
    }
    left.remove(record);
    boolean admitted = judge(run, what, submission, wanted, record.refused());
    if (admitted && record.refused() == null) {
      for (JobId job : record.jobs()) {
        if (wanted.jobs().contains(job.value())) {
          judgeJob(run, what, submission, job.value(), null);
        }
      }
      judgeQuota(run, what, submission, replyBy(record), true);
    }
  }

  /** As far as quotas go by it. */
  private static Reply replyBy(AuditRecord record) {
    return record.action() == AuditAction.PUSH
        ? new Reply.Pushed(
            record.jobs().stream()
                .<Reply.PushOutcome>map(job -> new Reply.PushOutcome.Accepted(job, false))
                .toList())
        : Reply.Done.DONE;
  }

  /**
   * Compares with what the rules say before any job is looked at; whether the command is admitted.
   */
  private boolean judge(
      Simulation run, String what, Submission submission, Wanted wanted, @Nullable ErrorCode code) {
    if (submission.command() instanceof Command.NoteRead read) {
      return judgeRead(run, what, submission.principal(), read, code);
    }
    ErrorCode byRules = model.refusal(submission.principal(), wanted);
    if (byRules != null && byRules != code) {
      run.violated(ALLOWED, what + " was answered " + code + ", not " + byRules);
    }
    boolean forbids = code == UNAUTHENTICATED || code == FORBIDDEN || code == SERVICE_UNAVAILABLE;
    if (byRules == null && forbids && wanted.jobs().isEmpty()) {
      run.violated(REFUSED, what + " was answered " + code);
    }
    if (byRules != null) {
      return false;
    }
    ErrorCode refused = model.carryOut(submission.command(), clock);
    boolean ofRules =
        wanted.queue() == null && wanted.jobs().isEmpty() && isOfRules(submission.command());
    if (ofRules && refused != code) {
      run.violated(RULES, what + " was answered " + code + ", not " + refused);
    }
    return true;
  }

  /**
   * A head of the trail is refused when there is a later one, and erasures when there are too many
   * or there is none, of which the rules know nothing.
   */
  private static boolean isOfRules(Command command) {
    return !(command instanceof Command.SignAuditHead
        || command instanceof Command.BeginErasure
        || command instanceof Command.CancelErasure);
  }

  /** The answer to what a node tells of a question is what the question was refused with. */
  private boolean judgeRead(
      Simulation run, String what, Principal who, Command.NoteRead read, @Nullable ErrorCode code) {
    ErrorCode byRules = model.refusal(who);
    if (code != (byRules == null ? read.refused() : byRules)) {
      run.violated(ALLOWED, what + " was answered " + code + ", not " + byRules);
    }
    return byRules == null;
  }

  private void judgeJob(
      Simulation run, String what, Submission submission, long job, @Nullable ErrorCode code) {
    Wanted wanted = AccessModel.wanted(submission.command());
    String queue = queues.get(job);
    if (queue == null || code == JOB_NOT_FOUND) {
      return;
    }
    boolean permitted = model.permitsAny(submission.principal(), wanted.operations(), queue);
    if (!permitted && code != FORBIDDEN) {
      run.violated(ALLOWED, what + " did " + code + " to job " + job + " of " + queue);
    }
    if (permitted && code == FORBIDDEN) {
      run.violated(REFUSED, what + " may do so to job " + job + " of " + queue);
    }
  }

  private boolean isRepeated(Submission submission, Reply reply) {
    if (submission.requestId() == null) {
      return false;
    }
    if (reply instanceof Reply.Refused refused && refused.code() == REQUEST_ID_EXPIRED) {
      // Something that its client has settled since.
      return true;
    }
    boolean stays =
        switch (reply) {
          case Reply.Delivered delivered -> !delivered.jobs().isEmpty();
          case Reply.Refused refused -> !refused.code().retryable() && refused.code() != FORBIDDEN;
          case Reply.Pushed(var outcomes) -> !outcomes.stream().allMatch(AccessCheck::mayPass);
          default -> true;
        };
    return stays ? !answered.add(name(submission)) : answered.contains(name(submission));
  }

  private static boolean mayPass(Reply.PushOutcome outcome) {
    return outcome instanceof Reply.Refused refused && refused.code().retryable();
  }

  private static String name(Submission submission) {
    RequestId id = submission.requestId();
    return id == null ? "" : id.client() + " " + id.sequence();
  }
}
