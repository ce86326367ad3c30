package dev.flashq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.protocol.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobPagesTest {
  private static final JobFilter COMPLETED = JobFilter.of("mail").in("completed");

  private FakeNode node;
  private FlashQ client;

  @BeforeEach
  void start() throws IOException {
    node = new FakeNode();
    client = FlashQ.at(node.address()).connect();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    node.close();
  }

  private static String page(String cursor, int... ids) {
    var jobs = new StringBuilder();
    for (int id : ids) {
      jobs.append(jobs.isEmpty() ? "" : ",").append("{\"id\":").append(id).append("}");
    }
    return "\"ok\":true,\"jobs\":[" + jobs + "],\"total\":5,\"cursor\":" + cursor;
  }

  /** Three pages, the second of which is empty. */
  private static String pages(String request) {
    if (request.contains("\"cursor\":\"one\"")) {
      return page("\"two\"");
    }
    return request.contains("\"cursor\":\"two\"") ? page("null", 3) : page("\"one\"", 1, 2);
  }

  @Test
  void showsOnePage() {
    node.script = JobPagesTest::pages;
    JobPage first = client.jobs(COMPLETED, 10_000, null).join();
    assertThat(first.jobs()).extracting(Job::id).containsExactly(1L, 2L);
    assertThat(first.total()).isEqualTo(5);
    assertThat(first.cursor()).isEqualTo("one");
    assertThat(client.jobs(JobFilter.ALL, 10, "two").join().cursor()).isNull();
    assertThat(node.of("GETJOBS"))
        .satisfiesExactly(
            request ->
                assertThat(request)
                    .contains("\"limit\":10000,\"queue\":\"mail\",\"state\":\"completed\"")
                    .doesNotContain("cursor"),
            request ->
                assertThat(request)
                    .contains("\"limit\":10,\"cursor\":\"two\"")
                    .doesNotContain("queue")
                    .doesNotContain("state"));
  }

  @Test
  void takesPageAfterPageAsJobsAreTaken() {
    node.script = JobPagesTest::pages;
    assertThat(client.jobs(COMPLETED)).extracting(Job::id).containsExactly(1L, 2L, 3L);
    assertThat(node.of("GETJOBS")).hasSize(3);
    assertThat(client.jobs(COMPLETED).findFirst().map(Job::id)).contains(1L);
    assertThat(node.of("GETJOBS")).hasSize(4);
  }

  @Test
  void saysWhatIsRefused() {
    node.script = _ -> "\"ok\":false,\"error\":\"no\",\"code\":\"FORBIDDEN\"";
    assertThatThrownBy(() -> client.jobs(COMPLETED))
        .isInstanceOfSatisfying(
            FlashQException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
  }

  @Test
  void namesTheQueues() {
    node.script = _ -> "\"ok\":true,\"queues\":[{\"name\":\"a\",\"pending\":1},{\"name\":\"b\"}]";
    assertThat(client.queues().join()).isEqualTo(List.of("a", "b"));
  }

  @Test
  void replacesData() {
    client.update(9, Data.json("{\"a\":1}")).join();
    assertThat(node.of("UPDATEJOB").getFirst()).contains("\"id\":9,\"data\":{\"a\":1}");
  }

  @Test
  void cleansUntilNothingIsLeftToBeDone() {
    node.script =
        _ ->
            "\"ok\":true,\"count\":10,\"more\":" + (node.of("CLEAN").size() < 3 ? "true" : "false");
    assertThat(client.clean("*", Duration.ofDays(30), "completed").join()).isEqualTo(30);
    assertThat(node.of("CLEAN"))
        .hasSize(3)
        .allSatisfy(
            request ->
                assertThat(request)
                    .contains("\"queue\":\"*\",\"grace\":2592000000,\"state\":\"completed\""));
  }
}
