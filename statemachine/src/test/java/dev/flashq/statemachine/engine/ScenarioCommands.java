package dev.flashq.statemachine.engine;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.QueueName;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The command language of scenarios. Durations are a number with ms, s, m, h or d; a JOB is an id,
 * or id/lease for a holder of an older delivery; data is one word.
 *
 * <pre>
 * push QUEUE DATA [OPTION=VALUE ...]        pull QUEUE [COUNT]
 * ack JOB [RESULT]                          fail JOB ERROR...
 * progress JOB PERCENT                      heartbeat JOB
 * later JOB DURATION                        release JOB
 * cancel JOB | promote JOB | discard JOB    update JOB DATA
 * priority JOB NUMBER                       pause QUEUE | resume QUEUE
 * rate QUEUE COUNT DURATION | rate QUEUE    concurrency QUEUE [NUMBER]
 * drain QUEUE [LIMIT]                       remove QUEUE STATE [AGE]
 * retry QUEUE [JOB]
 * advance DURATION | restart | show JOB | list QUEUE STATE
 * </pre>
 */
final class ScenarioCommands {
  private static final int ALL = 5000;

  private ScenarioCommands() {}

  /**
   * @param lease of the latest delivery of a job
   */
  static Command parse(String verb, List<String> words, ToLongFunction<JobId> lease) {
    String first = words.getFirst();
    return switch (verb) {
      case "push" -> push(words);
      case "pull" -> new Command.PullJobs(queue(first), number(words, 1, 1), 0);
      case "ack" ->
          new Command.AckJobs(
              List.of(
                  new Command.Ack(
                      claim(first, lease), words.size() > 1 ? Payload.json(words.get(1)) : null)));
      case "fail" ->
          new Command.FailJob(
              claim(first, lease), String.join(" ", words.subList(1, words.size())));
      case "progress" -> new Command.ReportProgress(claim(first, lease), number(words, 1, 0), null);
      case "heartbeat" -> new Command.RenewLease(claim(first, lease));
      case "later" ->
          new Command.MoveToDelayed(claim(first, lease), duration(words.get(1)).toMillis());
      case "release" -> new Command.ReleaseJobs(List.of(claim(first, lease)));
      case "cancel" -> new Command.CancelJob(job(first));
      case "promote" -> new Command.PromoteJob(job(first));
      case "discard" -> new Command.DiscardJob(claim(first, lease));
      case "update" -> new Command.UpdateJob(job(first), Payload.json(words.get(1)));
      case "priority" -> new Command.ChangePriority(job(first), number(words, 1, 0));
      case "pause" -> new Command.SetPaused(queue(first), true);
      case "resume" -> new Command.SetPaused(queue(first), false);
      case "rate" -> new Command.SetRateLimit(queue(first), rate(words));
      case "concurrency" ->
          new Command.SetConcurrency(
              queue(first), words.size() > 1 ? Integer.valueOf(words.get(1)) : null);
      case "forget" -> new Command.ForgetQueue(queue(first));
      case "drain" -> new Command.DrainQueue(queue(first), Long.MAX_VALUE, number(words, 1, ALL));
      case "remove" ->
          new Command.RemoveJobs(
              queue(first),
              state(words.get(1)),
              words.size() > 2 ? duration(words.get(2)).toMillis() : 0,
              Long.MAX_VALUE,
              ALL);
      case "retry" ->
          new Command.RetryDeadJobs(queue(first), words.size() > 1 ? job(words.get(1)) : null, ALL);
      default -> throw new IllegalArgumentException("no such command: " + verb);
    };
  }

  private static Command push(List<String> words) {
    var options = JobOptions.builder();
    words.subList(2, words.size()).forEach(word -> set(options, word));
    return new Command.PushJobs(
        queue(words.getFirst()), List.of(new NewJob(Payload.json(words.get(1)), options.build())));
  }

  private static void set(JobOptions.Builder options, String word) {
    String name = word.substring(0, word.indexOf('='));
    String value = word.substring(word.indexOf('=') + 1);
    switch (name) {
      case "priority" -> options.priority(Integer.parseInt(value));
      case "delay" -> options.delayMs(duration(value).toMillis());
      case "ttl" -> options.ttlMs(duration(value).toMillis());
      case "timeout" -> options.timeoutMs(duration(value).toMillis());
      case "attempts" -> options.maxAttempts(Integer.parseInt(value));
      case "backoff" -> options.backoffMs(duration(value).toMillis());
      case "fixed_backoff" -> options.backoffMs(duration(value).toMillis()).fixedBackoff(true);
      case "unique" -> options.uniqueKey(value);
      case "id" -> options.customId(value);
      case "debounce" -> options.debounceId(value);
      case "window" -> options.debounceTtlMs(duration(value).toMillis());
      case "lifo" -> options.lifo(Boolean.parseBoolean(value));
      case "group" -> options.groupId(value);
      case "strict" -> options.groupStrict(Boolean.parseBoolean(value));
      case "after" ->
          options.dependsOn(Arrays.stream(value.split(",")).map(ScenarioCommands::job).toList());
      case "remove_on_complete" -> options.removeOnComplete(Boolean.parseBoolean(value));
      case "remove_on_fail" -> options.removeOnFail(Boolean.parseBoolean(value));
      case "stall" -> options.stallTimeoutMs(duration(value).toMillis());
      case "keep_age" -> options.keepCompletedAgeMs(duration(value).toMillis());
      case "keep_count" -> options.keepCompletedCount(Long.parseLong(value));
      default -> throw new IllegalArgumentException("no such option: " + name);
    }
  }

  private static Command.@Nullable RateLimit rate(List<String> words) {
    return words.size() < 3
        ? null
        : new Command.RateLimit(number(words, 1, 0), duration(words.get(2)).toMillis());
  }

  private static Claim claim(String word, ToLongFunction<JobId> lease) {
    int slash = word.indexOf('/');
    if (slash >= 0) {
      return new Claim(job(word.substring(0, slash)), Long.parseLong(word.substring(slash + 1)));
    }
    return new Claim(job(word), lease.applyAsLong(job(word)));
  }

  private static int number(List<String> words, int place, int otherwise) {
    return words.size() > place ? Integer.parseInt(words.get(place)) : otherwise;
  }

  private static QueueName queue(String word) {
    return new QueueName(word);
  }

  private static JobId job(String word) {
    return new JobId(Long.parseLong(word));
  }

  static JobState state(String word) {
    return switch (word) {
      case "waiting" -> JobState.WAITING;
      case "delayed" -> JobState.DELAYED;
      case "active" -> JobState.ACTIVE;
      case "completed" -> JobState.COMPLETED;
      case "dead" -> JobState.FAILED;
      case "blocked" -> JobState.WAITING_CHILDREN;
      default -> throw new IllegalArgumentException("no such state: " + word);
    };
  }

  static Duration duration(String word) {
    int digits = 0;
    while (digits < word.length() && Character.isDigit(word.charAt(digits))) {
      digits++;
    }
    long number = Long.parseLong(word.substring(0, digits));
    return switch (word.substring(digits)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      case "d" -> Duration.ofDays(number);
      default -> throw new IllegalArgumentException("no such duration: " + word);
    };
  }
}
