package dev.flashq.chaos;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.chaos.Asked.Said;
import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.client.PushOptions;
import dev.flashq.launcher.LocalNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Jobs in all states with a text in everything that they carry, and answers that must show it. */
final class SealedJobs {
  private static final Duration WAIT = Duration.ofSeconds(5);
  private static final Duration HOUR = Duration.ofHours(1);

  private final String queue;
  private final PlantedTexts texts;
  private final EncryptedNodes nodes;
  private final FlashQ client;
  private final List<Told> told = new ArrayList<>();

  /** What was said of a job, as the cluster must show it. */
  private record Told(
      long id,
      String queue,
      String state,
      String data,
      @Nullable String result,
      @Nullable String error,
      @Nullable String message) {
    static Told of(long id, String queue, String state, String data) {
      return new Told(id, queue, state, data, null, null, null);
    }
  }

  /**
   * @param queue what the names of all queues begin with
   * @param client speaks MessagePack, by all nodes
   */
  SealedJobs(String queue, PlantedTexts texts, EncryptedNodes nodes, FlashQ client) {
    this.queue = queue;
    this.texts = texts;
    this.nodes = nodes;
    this.client = client;
  }

  /** Some in every state, small and large, by every way in. */
  void make(LocalNode node) {
    for (Asked by : Asked.values()) {
      for (Supplier<String> text : List.<Supplier<String>>of(texts::next, texts::large)) {
        push(by, node, text);
        complete(by, node, text);
      }
      die(by, node);
      hold(by, node);
    }
    byMessagePack();
    byItsOwnRoute(node);
  }

  private static String data(String text) {
    return "'data':{'text':'" + text + "','more':[1,true,null]}";
  }

  private long pushed(Asked by, LocalNode node, String to, String text, String options) {
    return by.done(node, "{'cmd':'PUSH','queue':'" + to + "'," + data(text) + options + "}")
        .number("id");
  }

  private void push(Asked by, LocalNode node, Supplier<String> text) {
    String to = queue + "waiting";
    String data = text.get();
    told.add(Told.of(pushed(by, node, to, data, ""), to, "waiting", data));
    String batched = text.get();
    Said batch =
        by.done(node, "{'cmd':'PUSHB','queue':'" + to + "','jobs':[{" + data(batched) + "}]}");
    long id = ((Number) ((List<?>) batch.get("ids")).getFirst()).longValue();
    told.add(Told.of(id, to, "waiting", batched));
    long updated = pushed(by, node, to, text.get(), "");
    String after = text.get();
    by.done(node, "{'cmd':'UPDATEJOB','id':" + updated + "," + data(after) + "}");
    told.add(Told.of(updated, to, "waiting", after));
    String later = text.get();
    told.add(
        Told.of(
            pushed(by, node, to, later, ",'delay':3600000,'tags':['t']"), to, "delayed", later));
  }

  /** The one job of a queue, and the fields that name it with its lease. */
  private static String pulled(Asked by, LocalNode node, String from, String text) {
    Map<?, ?> job = (Map<?, ?>) by.done(node, "{'cmd':'PULL','queue':'" + from + "'}").get("job");
    assertThat(text(job.get("data"))).isEqualTo(text);
    return "'id':" + job.get("id") + ",'lease':" + job.get("lease");
  }

  private void complete(Asked by, LocalNode node, Supplier<String> text) {
    String to = queue + "completed";
    String data = text.get();
    long id = pushed(by, node, to, data, "");
    String claim = pulled(by, node, to, data);
    String result = text.get();
    by.done(node, "{'cmd':'ACK'," + claim + ",'result':{'text':'" + result + "'}}");
    told.add(new Told(id, to, "completed", data, result, null, null));
    String more = text.get();
    long other = pushed(by, node, to, more, "");
    claim = pulled(by, node, to, more);
    String batched = text.get();
    by.done(node, "{'cmd':'ACKB','acks':[{" + claim + ",'result':{'text':'" + batched + "'}}]}");
    told.add(new Told(other, to, "completed", more, batched, null, null));
  }

  private void die(Asked by, LocalNode node) {
    String to = queue + "failed";
    String data = texts.next();
    long id = pushed(by, node, to, data, ",'max_attempts':1");
    String claim = pulled(by, node, to, data);
    String error = texts.next();
    by.done(node, "{'cmd':'FAIL'," + claim + ",'error':'" + error + "'}");
    told.add(new Told(id, to, "failed", data, null, error, null));
  }

  private void hold(Asked by, LocalNode node) {
    String to = queue + "active";
    String data = texts.next();
    long id = pushed(by, node, to, data, ",'stall_timeout':3600000");
    String claim = pulled(by, node, to, data);
    String message = texts.next();
    by.done(node, "{'cmd':'PROGRESS'," + claim + ",'progress':5,'message':'" + message + "'}");
    told.add(new Told(id, to, "active", data, null, null, message));
    String child = texts.next();
    told.add(
        Told.of(
            pushed(by, node, to, child, ",'depends_on':[" + id + "]"),
            to,
            "waiting-children",
            child));
  }

  private void byMessagePack() {
    String to = queue + "packed";
    for (String data : List.of(texts.next(), texts.large())) {
      long id = client.push(to, packed(data), PushOptions.DEFAULTS.withStallTimeout(HOUR)).join();
      Job job = client.pull(to, 1, WAIT).join().getFirst();
      assertThat(job.data()).isEqualTo(packed(data));
      String message = texts.next();
      client.progress(job, 7, message).join();
      String result = data.length() > 1000 ? texts.large() : texts.next();
      client.ack(job, packed(result)).join();
      told.add(new Told(id, to, "completed", data, result, null, null));
      String waiting = data.length() > 1000 ? texts.large() : texts.next();
      long other =
          client.push(to, packed(texts.next()), PushOptions.DEFAULTS.withDelay(HOUR)).join();
      client.update(other, packed(waiting)).join();
      told.add(Told.of(other, to, "delayed", waiting));
    }
  }

  static Data packed(String text) {
    return Data.of(Map.of("text", text));
  }

  private void byItsOwnRoute(LocalNode node) {
    String to = queue + "waiting";
    String data = texts.next();
    Map<?, ?> job =
        (Map<?, ?>)
            requireNonNull(
                nodes
                    .route(node, "POST", "/queues/" + to + "/jobs", "{" + data(data) + "}")
                    .get("data"));
    assertThat(text(job.get("data"))).isEqualTo(data);
    long id = ((Number) requireNonNull(job.get("id"))).longValue();
    told.add(Told.of(id, to, "waiting", data));
  }

  static @Nullable Object text(@Nullable Object data) {
    return data == null ? null : ((Map<?, ?>) data).get("text");
  }

  /** Everything must be shown, however a node is asked. */
  void areShownBy(LocalNode node) {
    for (Asked by : Asked.values()) {
      told.forEach(job -> isShown(job, by, node));
      var listed = new TreeMap<Long, Map<?, ?>>();
      for (String from : told.stream().map(Told::queue).distinct().toList()) {
        collect(by.done(node, "{'cmd':'GETJOBS','queue':'" + from + "','limit':1000}"), listed);
      }
      told.forEach(job -> isAsTold(job, listed.get(job.id)));
      var batch = new TreeMap<Long, Map<?, ?>>();
      String ids = told.stream().map(job -> Long.toString(job.id)).collect(Collectors.joining(","));
      collect(by.done(node, "{'cmd':'GETJOBSBATCH','ids':[" + ids + "]}"), batch);
      told.forEach(job -> isAsTold(job, batch.get(job.id)));
      var dead = new TreeMap<Long, Map<?, ?>>();
      collect(by.done(node, "{'cmd':'DLQ','queue':'" + queue + "failed'}"), dead);
      told.stream()
          .filter(job -> job.state.equals("failed"))
          .forEach(job -> isAsTold(job, dead.get(job.id)));
    }
    told.forEach(job -> isShownByItsRoute(job, node));
    pullsShow(node);
  }

  private static void collect(Said answer, Map<Long, Map<?, ?>> into) {
    for (Object each : (List<?>) answer.get("jobs")) {
      var job = (Map<?, ?>) each;
      into.put(((Number) requireNonNull(job.get("id"))).longValue(), job);
    }
  }

  private static void isAsTold(Told told, @Nullable Map<?, ?> job) {
    assertThat(job).as("%s", told).isNotNull();
    Map<?, ?> shown = requireNonNull(job);
    assertThat(shown.get("state")).isEqualTo(told.state);
    assertThat(text(shown.get("data"))).isEqualTo(told.data);
    assertThat(text(shown.get("result"))).isEqualTo(told.result);
    assertThat(shown.get("error")).isEqualTo(told.error);
    if (told.message != null) {
      assertThat(shown.get("progress_message")).isEqualTo(told.message);
    }
    assertThat(shown.containsKey("unreadable")).isFalse();
  }

  private static void isShown(Told told, Asked by, LocalNode node) {
    isAsTold(told, (Map<?, ?>) by.done(node, "{'cmd':'GETJOB','id':" + told.id + "}").get("job"));
    if (told.result != null) {
      for (String cmd : List.of("GETRESULT", "WAITJOB")) {
        Said answer = by.done(node, "{'cmd':'" + cmd + "','id':" + told.id + "}");
        assertThat(text(answer.get("result"))).as("%s", cmd).isEqualTo(told.result);
      }
    }
    if (told.message != null) {
      assertThat(by.done(node, "{'cmd':'GETPROGRESS','id':" + told.id + "}").fields().toString())
          .contains(told.message);
    }
  }

  private void isShownByItsRoute(Told told, LocalNode node) {
    Map<?, ?> answer = nodes.route(node, "GET", "/jobs/" + told.id, "");
    assertThat(answer.toString()).contains(told.data);
    if (told.result != null) {
      assertThat(nodes.route(node, "GET", "/jobs/" + told.id + "/result", "").toString())
          .contains(told.result);
    }
  }

  private void pullsShow(LocalNode node) {
    String from = queue + "pulls";
    for (Asked by : Asked.values()) {
      for (String data : List.of(texts.next(), texts.large())) {
        var _ = pushed(by, node, from, data, "");
        by.done(node, "{'cmd':'ACK'," + pulled(by, node, from, data) + "}");
        var _ = pushed(by, node, from, data, "");
        var _ = pushed(by, node, from, data, "");
        for (Object each :
            (List<?>)
                by.done(node, "{'cmd':'PULLB','queue':'" + from + "','count':2}").get("jobs")) {
          Map<?, ?> job = (Map<?, ?>) each;
          assertThat(text(job.get("data"))).isEqualTo(data);
          by.done(node, "{'cmd':'ACK','id':" + job.get("id") + "}");
        }
      }
    }
    String routed = texts.next();
    long id = pushed(Asked.BY_TCP, node, from, routed, "");
    Map<?, ?> pulled = nodes.route(node, "GET", "/queues/" + from + "/jobs?count=1", "");
    assertThat(pulled.toString()).contains(routed);
    var _ = nodes.route(node, "POST", "/jobs/" + id + "/ack", "{}");
  }
}
