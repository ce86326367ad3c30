package dev.flashq.cluster.data;

import dev.flashq.cluster.seal.KeysNeededException;
import dev.flashq.cluster.seal.Sealer;
import dev.flashq.content.JsonSchema;
import dev.flashq.content.PayloadPolicy;
import dev.flashq.content.Violation;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.Inspection.Flaw;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query.JobPlace;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the data of one command by one version of the rules, and has it sealed. For any thread.
 */
final class Inspector {
  /** Milliseconds for one command; what has its turn later is refused. */
  private static final long WORK_MS = 3_000;

  private static final String TOO_MUCH =
      "this batch is too much work to check; push it in smaller parts";

  /** In place of a text that may not be kept. */
  private static final String WITHHELD = "[withheld: %s]";

  private static final List<PushOption> NAMES =
      List.of(
          PushOption.JOB_ID,
          PushOption.TAGS,
          PushOption.GROUP_ID,
          PushOption.UNIQUE_KEY,
          PushOption.DEBOUNCE_ID);

  private final Function<List<JobId>, Map<JobId, JobPlace>> places;
  private final Sealer sealer;
  private final Reports reports;
  private final LongSupplier now;

  /**
   * @param places where jobs are, as far as this node knows
   * @param now milliseconds that never jump
   */
  Inspector(Function<List<JobId>, Map<JobId, JobPlace>> places, Sealer sealer, LongSupplier now) {
    this.sealer = sealer;
    this.places = places;
    this.reports = new Reports(now);
    this.now = now;
  }

  /**
   * The command as it may stand in the log, with what is wrong with its data. Fails with {@link
   * RefusedException} when that cannot be told here.
   *
   * @param caughtUp whether a job that this node does not know is not there; otherwise that fails
   *     with {@link UnknownJobException}
   */
  Submission inspect(Submission submission, CompiledRules rules, boolean caughtUp)
      throws KeysNeededException {
    Map<JobId, JobPlace> known = known(jobs(submission.command(), rules), caughtUp);
    Submission seen = looked(submission, known, rules);
    return new Submission(
        seen.principal(),
        seen.requestId(),
        sealer.seal(seen.command(), queue -> rules.of(queue).key(), known),
        seen.inspection());
  }

  private Submission looked(
      Submission submission, Map<JobId, JobPlace> known, CompiledRules rules) {
    return switch (submission.command()) {
      case Command.PushJobs push -> push(submission, push, rules);
      case Command.AckJobs acks when rules.concernsWorkers() ->
          acks(submission, acks, known, rules);
      case Command.UpdateJob update when !rules.isEmpty() ->
          update(submission, update, queue(update.job(), known), rules);
      case Command.FailJob fail when rules.concernsWorkers() ->
          seen(
              submission,
              new Command.FailJob(
                  fail.claim(), text(fail.error(), queue(fail.claim().job(), known), rules)),
              rules);
      case Command.ReportProgress progress when rules.concernsWorkers() ->
          seen(
              submission,
              new Command.ReportProgress(
                  progress.claim(),
                  progress.progress(),
                  progress.message() == null
                      ? null
                      : text(progress.message(), queue(progress.claim().job(), known), rules)),
              rules);
      default -> seen(submission, submission.command(), rules);
    };
  }

  /** This node may not have seen yet that the job was pushed. */
  static final class UnknownJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownJobException() {
      super("a job that this node does not know", null, false, false);
    }
  }

  /** Those whose queue decides what is looked at. */
  private static List<JobId> jobs(Command command, CompiledRules rules) {
    return switch (command) {
      case Command.AckJobs acks when rules.concernsWorkers() ->
          acks.acks().stream()
              .filter(ack -> ack.result() != null)
              .map(ack -> ack.claim().job())
              .distinct()
              .toList();
      case Command.UpdateJob update when !rules.isEmpty() -> List.of(update.job());
      case Command.FailJob fail when rules.concernsWorkers() -> List.of(fail.claim().job());
      case Command.ReportProgress progress when rules.concernsWorkers() ->
          List.of(progress.claim().job());
      default -> List.of();
    };
  }

  private Map<JobId, JobPlace> known(List<JobId> jobs, boolean caughtUp) {
    Map<JobId, JobPlace> known = jobs.isEmpty() ? Map.of() : places.apply(jobs);
    if (!caughtUp && known.size() < jobs.size()) {
      throw new UnknownJobException();
    }
    return known;
  }

  private static @Nullable QueueName queue(JobId job, Map<JobId, JobPlace> known) {
    JobPlace place = known.get(job);
    return place == null ? null : place.queue();
  }

  private static Submission seen(Submission submission, Command command, CompiledRules rules) {
    return seen(submission, command, rules, List.of());
  }

  private static Submission seen(
      Submission submission, Command command, CompiledRules rules, List<Flaw> flaws) {
    return new Submission(
        submission.principal(),
        submission.requestId(),
        command,
        new Inspection(rules.version(), flaws));
  }

  private Submission push(Submission submission, Command.PushJobs push, CompiledRules rules) {
    CompiledRules.OfQueue its = rules.of(push.queue());
    if (its.isEmpty()) {
      return seen(submission, push, rules);
    }
    var jobs = new ArrayList<NewJob>(push.jobs().size());
    var flaws = new ArrayList<Flaw>(0);
    long until = now.getAsLong() + WORK_MS;
    for (NewJob job : push.jobs()) {
      String wrong = its.noNames() ? name(job.options()) : null;
      if (wrong == null) {
        wrong = now.getAsLong() > until ? TOO_MUCH : data(job.data(), push.queue(), its);
      }
      if (wrong == null) {
        jobs.add(job);
      } else {
        flaws.add(
            new Flaw(jobs.size(), "Invalid job data for queue " + push.queue() + ": " + wrong));
        jobs.add(new NewJob(Payload.NULL, job.options()));
      }
    }
    return flaws.isEmpty()
        ? seen(submission, push, rules)
        : seen(submission, new Command.PushJobs(push.queue(), jobs), rules, flaws);
  }

  /** What is wrong with names that are kept in the clear; null: there are none. */
  private static @Nullable String name(JobOptions options) {
    for (PushOption option : NAMES) {
      if (options.isSet(option)) {
        return option.wireName() + " is kept in the clear, which the policy of the queue forbids";
      }
    }
    return null;
  }

  private Submission update(
      Submission submission,
      Command.UpdateJob update,
      @Nullable QueueName queue,
      CompiledRules rules) {
    String wrong = queue == null ? UNKNOWN : data(update.data(), queue, rules.of(queue));
    return wrong == null
        ? seen(submission, update, rules)
        : seen(
            submission,
            new Command.UpdateJob(update.job(), Payload.NULL),
            rules,
            List.of(new Flaw(0, "Invalid job data" + forQueue(queue) + ": " + wrong)));
  }

  private static Submission acks(
      Submission submission,
      Command.AckJobs command,
      Map<JobId, JobPlace> known,
      CompiledRules rules) {
    var acks = new ArrayList<Command.Ack>(command.acks().size());
    var flaws = new ArrayList<Flaw>(0);
    for (Command.Ack ack : command.acks()) {
      QueueName queue = queue(ack.claim().job(), known);
      String wrong = ack.result() == null ? null : result(ack.result(), queue, rules);
      if (wrong == null) {
        acks.add(ack);
      } else {
        flaws.add(new Flaw(acks.size(), "Invalid result" + forQueue(queue) + ": " + wrong));
        acks.add(new Command.Ack(ack.claim(), null));
      }
    }
    return flaws.isEmpty()
        ? seen(submission, command, rules)
        : seen(submission, new Command.AckJobs(acks), rules, flaws);
  }

  /**
   * What is said of a job that this node does not know: there is none, and the log says so, or it
   * came just now, and whoever names it was never handed it here.
   */
  private static final String UNKNOWN = "this node does not know the job yet, retry later";

  private static String forQueue(@Nullable QueueName queue) {
    return queue == null ? "" : " for queue " + queue;
  }

  private static @Nullable String result(
      Payload result, @Nullable QueueName queue, CompiledRules rules) {
    if (queue == null) {
      return UNKNOWN;
    }
    return Payload.NULL.equals(result) ? null : policies(result, rules.of(queue));
  }

  private static String text(String text, @Nullable QueueName queue, CompiledRules rules) {
    if (text.isEmpty()) {
      return text;
    }
    if (queue == null) {
      return String.format(WITHHELD, "its job is not known");
    }
    for (PayloadPolicy policy : rules.of(queue).policies()) {
      String objection = policy.objection(text);
      if (objection != null) {
        return String.format(WITHHELD, objection);
      }
    }
    return text;
  }

  private @Nullable String data(Payload data, QueueName queue, CompiledRules.OfQueue rules) {
    String wrong = policies(data, rules);
    if (wrong != null || rules.schemas().isEmpty()) {
      return wrong;
    }
    byte[] bytes = data.bytes().toByteArray();
    JsonSchema.Data read =
        data.encoding() == Payload.Encoding.MESSAGE_PACK
            ? JsonSchema.Data.messagePack(bytes)
            : JsonSchema.Data.json(bytes);
    for (CompiledRules.Schema schema : rules.schemas()) {
      JsonSchema compiled = schema.compiled();
      boolean enforced = schema.said().mode() == DataSchema.Mode.ENFORCE;
      if (compiled == null && enforced) {
        throw new RefusedException(
            new Refused(
                ErrorCode.SERVICE_UNAVAILABLE,
                "Service unavailable: this node cannot use the schema for queue " + queue));
      }
      Violation violation = compiled == null ? null : compiled.check(read);
      if (violation != null) {
        switch (schema.said().mode()) {
          case ENFORCE -> {
            return violation.text();
          }
          case REPORT -> reports.add(schema.said().queues(), queue, violation.text());
        }
      }
    }
    return null;
  }

  private static @Nullable String policies(Payload payload, CompiledRules.OfQueue rules) {
    if (rules.policies().isEmpty()) {
      return null;
    }
    byte[] bytes = payload.bytes().toByteArray();
    boolean messagePack = payload.encoding() == Payload.Encoding.MESSAGE_PACK;
    for (PayloadPolicy policy : rules.policies()) {
      Violation violation = policy.check(bytes, messagePack);
      if (violation != null) {
        return violation.text();
      }
    }
    return null;
  }
}
