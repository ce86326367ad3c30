package dev.flashq.chaos;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.chaos.Asked.Said;
import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.client.NewJob;
import dev.flashq.client.PushOptions;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Erasures, retention policies and pages by cursor on three real nodes, by TCP and HTTP. */
class PrivacyTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Two looks for what goes by policies, and the start of a node. */
  private static final Duration SWEPT = Duration.ofSeconds(180);

  private static final long HOUR = 3_600_000;
  private static final String PAD = "x".repeat(8000);

  @TempDir Path folder;
  private LocalCluster cluster;
  private FlashQ client;

  @BeforeEach
  void start() throws IOException {
    cluster =
        LocalCluster.plan(
                new LocalCluster.Plan(
                    3,
                    folder.resolve("nodes"),
                    0,
                    BuiltNode.command(),
                    Map.of("FLASHQ_LOG_LEVEL", "info")))
            .start()
            .awaitReady(START);
    client = FlashQ.at(cluster.addresses()).timeout(SOON).connect();
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  private static ConditionFactory soon() {
    return await().atMost(SOON).pollInterval(Duration.ofMillis(20));
  }

  private LocalNode node(int index) {
    return cluster.nodes().get(index);
  }

  private LocalNode otherThan(LocalNode leader) {
    return cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
  }

  private void killAllAndStartThemAgain() {
    cluster.nodes().forEach(LocalNode::kill);
    cluster.nodes().forEach(LocalNode::start);
    cluster.awaitReady(START);
  }

  private static Data about(String user, String email, String pad) {
    return Data.of(
        Map.of(
            "userId", user,
            "email", email,
            "name", "name of " + email,
            "personalData", Map.of("born", 1815),
            "pad", pad));
  }

  private static Data ada(String pad) {
    return about("u-1", "ada@example.com", pad);
  }

  private void push(String queue, Data data, int count, PushOptions options) {
    List<NewJob> jobs = Collections.nCopies(Math.min(count, 200), new NewJob(data, options));
    for (int left = count; left > 0; left -= jobs.size()) {
      client
          .pushAll(queue, jobs.subList(0, Math.min(left, jobs.size())))
          .join()
          .forEach(result -> assertThat(result.refusal()).isNull());
    }
  }

  private List<Job> pull(String queue, int count) {
    var jobs = new ArrayList<Job>();
    while (jobs.size() < count) {
      jobs.addAll(client.pull(queue, count - jobs.size(), Duration.ofSeconds(5)).join());
    }
    return jobs;
  }

  private void complete(String queue, int count) {
    push(queue, Data.of("done"), count, PushOptions.DEFAULTS);
    for (int left = count; left > 0; left -= 1000) {
      assertThat(client.ackAll(pull(queue, Math.min(left, 1000))).join())
          .isEqualTo(Math.min(left, 1000));
    }
  }

  private long count(String queue, String state) {
    LocalNode node = cluster.nodes().stream().filter(LocalNode::isAlive).findFirst().orElseThrow();
    return Asked.BY_TCP.done(node, "{'cmd':'GETJOBCOUNTS','queue':'" + queue + "'}").number(state);
  }

  /**
   * Everything that the cluster shows of jobs, page by page, each page by another node and port.
   */
  private List<Map<?, ?>> listed(String filter, int limit) {
    var jobs = new ArrayList<Map<?, ?>>();
    @Nullable String cursor = "";
    for (int page = 0; cursor != null; page++) {
      Asked by = Asked.values()[page % 2];
      Said answer =
          by.done(
              node(page % 3),
              "{'cmd':'GETJOBS',"
                  + filter
                  + "'limit':"
                  + limit
                  + (cursor.isEmpty() ? "" : ",'cursor':'" + cursor + "'")
                  + "}");
      for (Object job : (List<?>) answer.get("jobs")) {
        jobs.add((Map<?, ?>) job);
      }
      cursor = (String) answer.fields().get("cursor");
    }
    return jobs;
  }

  private static final int WAITING = 3000;
  private static final int OTHERS = 500;
  private static final int EACH = 20;

  /** Of Ada: waiting ones, and {@link #EACH} in every other state, results included. */
  private static final int ADAS = WAITING + 5 * EACH;

  private static final long ALL = ADAS + OTHERS;
  private static final List<String> COUNTS =
      List.of("progress", "looked", "matched", "changed", "active", "unreadable", "missed");

  /** Jobs in every state; many of them large, so that the erasure takes a while. */
  private void jobsAboutPeople() {
    push("people", ada(PAD), WAITING, PushOptions.DEFAULTS);
    push("people", about("u-2", "bob@example.com", PAD), OTHERS, PushOptions.DEFAULTS);
    push("done", ada(""), EACH, PushOptions.DEFAULTS);
    push("quiet", Data.NULL, EACH, PushOptions.DEFAULTS);
    for (String queue : List.of("done", "quiet")) {
      for (Job job : pull(queue, EACH)) {
        client.ack(job, ada("")).join();
      }
    }
    push("dead", ada(""), EACH, PushOptions.DEFAULTS.withRetries(1, Duration.ZERO));
    pull("dead", EACH).forEach(job -> client.fail(job, "no").join());
    push("later", ada(""), EACH, PushOptions.DEFAULTS.withDelay(Duration.ofHours(1)));
    PushOptions held = PushOptions.DEFAULTS.withStallTimeout(Duration.ofHours(1));
    push("held", ada(""), EACH, held);
    assertThat(pull("held", EACH)).hasSize(EACH);
  }

  private static String erase(boolean dryRun) {
    return "{'cmd':'ERASE','field':'userId','equals':'u-1','set':{'email':'[REDACTED]',"
        + "'name':'[REDACTED]'},'delete':['/personalData'],'dry_run':"
        + dryRun
        + "}";
  }

  private long begin(Asked by, LocalNode node, boolean dryRun) {
    return by.done(node, erase(dryRun)).number("id");
  }

  private static Said status(Asked by, LocalNode node, long id) {
    return by.done(node, "{'cmd':'ERASESTATUS','id':" + id + "}");
  }

  private static Said ended(LocalNode node, long id) {
    return soon()
        .until(
            () -> status(Asked.BY_TCP, node, id), status -> !status.get("state").equals("running"));
  }

  private void counted(long id, long changed) {
    for (LocalNode node : cluster.nodes()) {
      for (Asked by : Asked.values()) {
        Said status = status(by, node, id);
        assertThat(status.get("state")).isEqualTo("done");
        assertThat(COUNTS.stream().map(status::number).toList())
            .as("%s", COUNTS)
            .containsExactly(1L, ALL, (long) ADAS, changed, (long) EACH, 0L, 0L);
      }
    }
  }

  /** What all jobs say, and all must be there. */
  private List<String> said() {
    List<Map<?, ?>> jobs = listed("", 1000);
    assertThat(jobs).hasSize((int) ALL);
    assertThat(numbers(jobs)).hasSize((int) ALL);
    return jobs.stream().map(job -> job.get("data") + " " + job.get("result")).toList();
  }

  private static long telling(List<String> said, String text) {
    return said.stream().filter(each -> each.contains(text)).count();
  }

  private void nothingIsLeftOfAda() {
    List<String> said = said();
    assertThat(telling(said, "ada@example.com")).isZero();
    assertThat(telling(said, "email=[REDACTED]")).isEqualTo(ADAS);
    assertThat(telling(said, "born")).isEqualTo(OTHERS);
    assertThat(telling(said, "email=bob@example.com")).isEqualTo(OTHERS);
  }

  @Test
  void anErasureEndsUnderTheNextLeaderAndStaysDoneWhenAllWereKilled() {
    jobsAboutPeople();
    long dry = begin(Asked.BY_HTTP, node(0), true);
    ended(node(0), dry);
    counted(dry, 0);
    assertThat(telling(said(), "email=ada@example.com")).isEqualTo(ADAS);

    LocalNode leader = cluster.awaitLeader(START);
    long id = begin(Asked.BY_TCP, otherThan(leader), false);
    soon()
        .until(
            () -> status(Asked.BY_TCP, leader, id),
            status -> status.number("changed") > 0 && status.number("changed") < ADAS);
    long killedAt = System.currentTimeMillis();
    leader.kill();
    Said end = ended(otherThan(leader), id);
    assertThat(end.number("ended")).isGreaterThan(killedAt);
    leader.start();
    cluster.awaitReady(START);
    counted(id, ADAS);
    nothingIsLeftOfAda();

    killAllAndStartThemAgain();
    counted(dry, 0);
    counted(id, ADAS);
    nothingIsLeftOfAda();

    long again = begin(Asked.BY_HTTP, node(2), false);
    ended(node(0), again);
    counted(again, 0);
    nothingIsLeftOfAda();
    recorded(dry, id, again);
  }

  /** Each was begun and ended once, whoever led; nobody can read there who was looked for. */
  private void recorded(long dry, long id, long again) {
    for (LocalNode node : cluster.nodes()) {
      String begun = Asked.BY_HTTP.say(node, "{'cmd':'AUDIT','action':'erase'}");
      String ended = Asked.BY_TCP.say(node, "{'cmd':'AUDIT','action':'erased'}");
      assertThat(begun.split("\"name\":\"userId in \\*\"", -1)).hasSize(4);
      assertThat(ended.split("\"action\":\"erased\"", -1)).hasSize(4);
      assertThat(ended)
          .contains("\"count\":0,\"name\":\"" + dry + "\"")
          .contains("\"count\":" + ADAS + ",\"name\":\"" + id + "\"")
          .contains("\"count\":0,\"name\":\"" + again + "\"");
      assertThat(begun + ended).doesNotContain("u-1").doesNotContain("REDACTED");
    }
  }

  @Test
  void whatHasEndedGoesByPoliciesUnderEveryLeaderAndAfterAllWereKilled() {
    complete("number", 12);
    push("number-dead", Data.NULL, 7, PushOptions.DEFAULTS.withRetries(1, Duration.ZERO));
    pull("number-dead", 7).forEach(job -> client.fail(job, "no").join());
    Asked.BY_TCP.done(
        node(0), "{'cmd':'RETENTIONSET','queue':'number*','completed_count':10,'dead_count':3}");
    soon().until(() -> count("number", "completed") == 10 && count("number-dead", "failed") == 3);

    complete("age", 3);
    Set<Object> old = ids("age");
    long from = System.currentTimeMillis();
    long age = 20_000;
    soon().until(() -> System.currentTimeMillis() > from + age + 1000);
    complete("age", 4);
    Asked.BY_HTTP.done(node(1), "{'cmd':'RETENTIONSET','queue':'age','completed_age':" + age + "}");
    soon().until(() -> count("age", "completed") < 7);
    assertThat(ids("age")).hasSize(4).doesNotContainAnyElementsOf(old);

    LocalNode leader = cluster.awaitLeader(START);
    leader.kill();
    complete("number", 5);
    await().atMost(SWEPT).until(() -> count("number", "completed") == 10);
    leader.start();
    killAllAndStartThemAgain();
    complete("number", 5);
    await()
        .atMost(SWEPT)
        .until(() -> count("number", "completed") == 10 && count("age", "completed") == 0);
    for (LocalNode node : cluster.nodes()) {
      for (Asked by : Asked.values()) {
        assertThat(by.say(node, "{'cmd':'RETENTIONLIST'}"))
            .contains("{\"queue\":\"age\",\"completed_age\":20000,")
            .contains("{\"queue\":\"number*\",\"completed_age\":0,\"completed_count\":10,");
      }
    }
    Asked.BY_TCP.done(node(2), "{'cmd':'RETENTIONDELETE','queue':'number*'}");
    assertThat(Asked.BY_HTTP.say(node(1), "{'cmd':'RETENTIONLIST'}")).doesNotContain("number");
  }

  private Set<Object> ids(String queue) {
    return listed("'queue':'" + queue + "','state':'completed',", 1000).stream()
        .map(job -> (Object) job.get("id"))
        .collect(toCollection(HashSet::new));
  }

  @Test
  void theGuidesLoopShowsEachOfTenThousandJobsOnceAndItsCleanGoesByTheirAge() {
    int jobs = 10_000;
    complete("orders", jobs);
    push("orders", Data.NULL, 3, PushOptions.DEFAULTS);
    complete("others", 5);
    List<Map<?, ?>> inOne = listed("'queue':'orders','state':'completed',", jobs);
    List<Map<?, ?>> inMany = listed("'queue':'orders','state':'completed',", 700);
    for (List<Map<?, ?>> found : List.of(inOne, inMany)) {
      assertThat(found).hasSize(jobs);
      assertThat(numbers(found)).hasSize(jobs);
    }
    assertThat(numbers(inMany)).isEqualTo(numbers(inOne));

    assertThat(clean("*", Duration.ofDays(30).toMillis())).isZero();
    assertThat(count("orders", "completed")).isEqualTo(jobs);
    assertThat(clean("ord*", 0)).isEqualTo(jobs);
    assertThat(listed("'queue':'orders',", 1000)).hasSize(3);
    assertThat(clean("*", 0)).isEqualTo(5);
    assertThat(clean("*", HOUR)).isZero();
  }

  private static Set<Long> numbers(List<Map<?, ?>> jobs) {
    return jobs.stream().map(job -> (Long) job.get("id")).collect(toCollection(TreeSet::new));
  }

  /** As the guide calls it, by both ports until nothing is left to be done. */
  private long clean(String queues, long graceMs) {
    String command =
        "{'cmd':'CLEAN','queue':'" + queues + "','grace':" + graceMs + ",'state':'completed'}";
    long cleaned = 0;
    boolean more = true;
    for (int call = 0; more; call++) {
      Said answer = Asked.values()[call % 2].done(node(call % 3), command);
      cleaned += answer.number("count");
      more = answer.get("more").equals(true);
    }
    return cleaned;
  }
}
