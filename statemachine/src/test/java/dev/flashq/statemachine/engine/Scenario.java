package dev.flashq.statemachine.engine;

import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A scenario on an engine of its own: plays commands and writes down what comes of each. */
final class Scenario implements AutoCloseable {
  private static final String INDENT = "  ";

  private final EngineFixture engine;
  private final long start;
  private final Map<QueueName, String> counts = new TreeMap<>();
  private int ended;

  Scenario(Path folder) {
    this.engine = new EngineFixture(folder);
    this.start = engine.now();
  }

  /** The text with the answers that the engine gives now in place of those that it holds. */
  String play(String text) {
    var played = new StringBuilder();
    for (String line : text.lines().toList()) {
      if (line.startsWith(INDENT)) {
        continue;
      }
      played.append(line).append('\n');
      if (!line.isBlank() && !line.startsWith("#")) {
        for (String answer : answers(line)) {
          played.append(INDENT).append(answer).append('\n');
        }
      }
    }
    return played.toString();
  }

  private List<String> answers(String line) {
    var words = new ArrayList<>(List.of(line.split(" +")));
    String verb = words.removeFirst();
    List<String> answers = new ArrayList<>();
    switch (verb) {
      case "advance" -> engine.advance(ScenarioCommands.duration(words.getFirst()));
      case "restart" -> engine.restart();
      case "show" -> answers.add(show(new JobId(Long.parseLong(words.getFirst()))));
      case "list" -> answers.addAll(list(words));
      default ->
          answers.addAll(lines(engine.apply(ScenarioCommands.parse(verb, words, this::lease))));
    }
    answers.addAll(changes());
    return answers;
  }

  /** The lease of the job's latest delivery, for commands that do not name one. */
  private long lease(JobId id) {
    JobView job = engine.find(id);
    return job == null ? 0 : job.lease();
  }

  private static List<String> lines(Reply reply) {
    return switch (reply) {
      case Reply.Done _ -> List.of("done");
      case Reply.Pushed pushed -> pushed.outcomes().stream().map(Scenario::line).toList();
      case Reply.Delivered delivered when delivered.jobs().isEmpty() -> List.of("nothing");
      case Reply.Delivered delivered -> delivered.jobs().stream().map(Scenario::line).toList();
      case Reply.Acked acked -> {
        var lines = new ArrayList<String>();
        lines.add("acked " + acked.count());
        acked.failures().forEach(failure -> lines.add(line(failure.refusal())));
        yield lines;
      }
      case Reply.Removed removed ->
          List.of("jobs: " + removed.count() + (removed.more() ? ", more are left" : ""));
      case Reply.Begun begun -> List.of("begun " + begun.number());
      case Reply.Refused refused -> List.of(line(refused));
    };
  }

  private static String line(Reply.PushOutcome outcome) {
    return switch (outcome) {
      case Reply.PushOutcome.Accepted accepted ->
          "job " + accepted.id() + (accepted.existing() ? ", which was there" : "");
      case Reply.Refused refused -> line(refused);
    };
  }

  private static String line(Reply.Refused refused) {
    return "refused, " + refused.code() + ": " + refused.detail();
  }

  private static String line(JobView job) {
    return "job "
        + job.id()
        + " "
        + text(job.data())
        + ", lease "
        + job.lease()
        + (job.attempts() == 0 ? "" : ", attempts " + job.attempts());
  }

  private String show(JobId id) {
    JobView job = engine.find(id);
    if (job == null) {
      return "unknown";
    }
    var parts = new ArrayList<String>();
    parts.add(name(job.state()) + " " + text(job.data()));
    add(parts, "run at ", job.state() == JobState.DELAYED ? job.runAt() - start : 0);
    add(parts, "lease until ", job.state() == JobState.ACTIVE ? job.leaseUntil() - start : 0);
    add(parts, "priority ", job.options().priority());
    add(parts, "attempts ", job.attempts());
    add(parts, "stalls ", job.stalls());
    add(parts, "progress ", job.progress());
    if (job.result() != null) {
      parts.add("result " + text(job.result()));
    }
    if (job.error() != null) {
      parts.add("error: " + job.error());
    }
    return String.join(", ", parts);
  }

  private static void add(List<String> parts, String what, long value) {
    if (value != 0) {
      parts.add(what + value);
    }
  }

  private List<String> list(List<String> words) {
    JobState state = ScenarioCommands.state(words.get(1));
    return engine
        .engine()
        .ask(new Query.ListJobs(new QueueName(words.getFirst()), state, 100, 0))
        .jobs()
        .stream()
        .map(job -> "job " + job.id() + " " + text(job.data()))
        .toList();
  }

  /** Which jobs ended, and the counts that are not what they were. */
  private List<String> changes() {
    var changes = new ArrayList<String>();
    List<JobId> all = engine.ended();
    if (all.size() > ended) {
      changes.add(
          "ended: "
              + all.subList(ended, all.size()).stream()
                  .map(JobId::toString)
                  .collect(Collectors.joining(", ")));
      ended = all.size();
    }
    for (QueueView queue : engine.engine().ask(new Query.ListQueues(null, 100)).queues()) {
      String now = counts(queue);
      if (!now.equals(counts.put(queue.name(), now))) {
        changes.add(queue.name() + ": " + now);
      }
    }
    return changes;
  }

  private static String counts(QueueView queue) {
    var parts = new ArrayList<String>();
    add(parts, queue.waiting(), JobState.WAITING);
    add(parts, queue.delayed(), JobState.DELAYED);
    add(parts, queue.active(), JobState.ACTIVE);
    add(parts, queue.waitingChildren(), JobState.WAITING_CHILDREN);
    add(parts, queue.completed(), JobState.COMPLETED);
    add(parts, queue.failed(), JobState.FAILED);
    if (queue.paused()) {
      parts.add("paused");
    }
    return parts.isEmpty() ? "empty" : String.join(", ", parts);
  }

  private static void add(List<String> parts, long count, JobState state) {
    if (count != 0) {
      parts.add(count + " " + name(state));
    }
  }

  /** The state in the words of the vocabulary. */
  private static String name(JobState state) {
    return switch (state) {
      case WAITING -> "waiting";
      case DELAYED -> "delayed";
      case ACTIVE -> "active";
      case COMPLETED -> "completed";
      case FAILED -> "dead";
      case WAITING_CHILDREN -> "blocked";
    };
  }

  private static String text(@Nullable Payload payload) {
    return payload == null ? "-" : payload.bytes().toStringUtf8();
  }

  @Override
  public void close() {
    engine.close();
  }
}
