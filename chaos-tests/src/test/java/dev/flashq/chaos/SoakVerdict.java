package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares the trail of a soak with what was said and what clients were told. */
final class SoakVerdict {
  private static final Set<String> WORK = Set.of("push", "pull", "ack");

  private final SoakRules rules;
  private final List<String> wrong = new ArrayList<>();
  private final Map<Long, String> queues = new HashMap<>();
  private final Map<String, Map<Long, Integer>> records = new HashMap<>();
  private final Map<String, Integer> refusals = new HashMap<>();

  SoakVerdict(SoakRules rules) {
    this.rules = rules;
  }

  /** In the order of the log, nobody does what it may not, and nobody is refused what it may. */
  void requireRulesKept(List<TrailRecord> trail) {
    long number = 0;
    for (TrailRecord record : trail) {
      require(record.number() == ++number, record, "is not the next one");
      if (record.user().equals("admin") && record.succeeded()) {
        rules.changeBy(record);
      } else if (WORK.contains(record.action()) && record.user().startsWith("w")) {
        judge(record);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(rules.left()).as("said, and not in the trail").isEmpty();
  }

  private void judge(TrailRecord record) {
    if (!record.succeeded()) {
      refusals.merge(record.code(), 1, Integer::sum);
      refused(record);
      return;
    }
    for (long job : record.jobs()) {
      records.computeIfAbsent(record.action(), _ -> new HashMap<>()).merge(job, 1, Integer::sum);
      if (record.action().equals("push")) {
        queues.put(job, record.queue());
      }
    }
    require(permits(record), record, "was not permitted");
    require(
        !record.action().equals("push")
            || rules.mayPush(record.user(), record.jobs().size(), record.atMs()),
        record,
        "was beyond the quota");
  }

  private void refused(TrailRecord record) {
    switch (record.code()) {
      case "FORBIDDEN" -> require(!permits(record), record, "was permitted");
      case "UNAUTHENTICATED" ->
          require(!rules.isWholly(record.user()), record, "was under a token that stands");
      case "RATE_LIMITED" ->
          require(rules.mayRefuse(record.user(), record.atMs()), record, "was within the quota");
      default -> {
        // As a job that is gone, which has nothing to do with rules.
      }
    }
  }

  private boolean permits(TrailRecord record) {
    String queue = record.queue().isEmpty() ? queues.get(record.jobs().getFirst()) : record.queue();
    return rules.permits(record.user(), record.action(), String.valueOf(queue));
  }

  private void require(boolean holds, TrailRecord record, String otherwise) {
    if (!holds) {
      wrong.add(record + " " + otherwise);
    }
  }

  /** What was acknowledged stands there once, and what was refused at least as often as told. */
  void requireRecords(SoakNotes notes) {
    requireOnce("push", notes.pushed);
    requireOnce("ack", notes.acked);
    var pulls = new HashMap<>(records.getOrDefault("pull", Map.of()));
    notes.pulled.forEach(job -> pulls.merge(job, -1, Integer::sum));
    assertThat(pulls)
        .as("jobs by recorded pulls that nobody noted")
        .allSatisfy((job, left) -> assertThat(left).as("job " + job).isNotNegative());
    for (String code : List.of("FORBIDDEN", "RATE_LIMITED")) {
      assertThat(refusals.getOrDefault(code, 0))
          .as("records of " + code)
          .isGreaterThanOrEqualTo(notes.count(code));
    }
  }

  private void requireOnce(String action, Collection<Long> jobs) {
    Map<Long, Integer> found = records.getOrDefault(action, Map.of());
    assertThat(jobs)
        .as("jobs of one acknowledged " + action)
        .doesNotHaveDuplicates()
        .allMatch(job -> found.getOrDefault(job, 0) == 1);
    assertThat(found.values()).as("records of one " + action).allMatch(times -> times == 1);
  }

  int refusals(String code) {
    return refusals.getOrDefault(code, 0);
  }
}
