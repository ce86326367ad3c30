package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuditListTest {
  private static final List<String> NAMES =
      List.of(
          "--from", "--to", "--user", "--action", "--queue", "--success", "--limit", "--cursor");

  private final Deque<String> answers = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private final List<String> shown = new ArrayList<>();
  private final List<String> told = new ArrayList<>();

  private int list(String... words) {
    Options options = Options.parse(Arrays.asList(words), NAMES, List.of());
    return new AuditList(
            options,
            path -> {
              asked.add(path);
              return Optional.ofNullable(answers.poll());
            },
            shown::add,
            told::add)
        .run();
  }

  private static String page(boolean more, String cursor, String... records) {
    return "{\"ok\":true,\"records\":["
        + String.join(",", records)
        + "],\"cursor\":\""
        + cursor
        + "\",\"more\":"
        + more
        + "}";
  }

  @Test
  void showsARecordOnEachLinePageByPage() {
    answers.add(page(true, "5-2", "{\"number\":1,\"details\":{\"count\":1}}", "{\"number\":2}"));
    answers.add(page(false, "9-3", "{\"number\":3}"));
    assertThat(list()).isZero();
    assertThat(shown)
        .containsExactly(
            "{\"number\":1,\"details\":{\"count\":1}}", "{\"number\":2}", "{\"number\":3}");
    assertThat(asked)
        .containsExactly("/security/audit?limit=1000", "/security/audit?limit=998&cursor=5-2");
    assertThat(told).isEmpty();
  }

  @Test
  void asksForWhatIsWantedOnly() {
    answers.add(page(false, "0-0"));
    assertThat(
            list(
                "--from",
                "2030-01-31T12:00:00Z",
                "--to",
                "9",
                "--user",
                "a+b",
                "--action",
                "push",
                "--queue",
                "jobs:é",
                "--success",
                "false"))
        .isZero();
    assertThat(asked)
        .containsExactly(
            "/security/audit?limit=1000&from=2030-01-31T12%3A00%3A00Z&to=9&user=a%2Bb&action=push"
                + "&queue=jobs%3A%C3%A9&success=false");
  }

  @Test
  void stopsAtTheLimitAndSaysHowToGoOn() {
    answers.add(page(true, "5-2", "{\"number\":1}", "{\"number\":2}"));
    assertThat(list("--limit", "2", "--cursor", "4-0")).isZero();
    assertThat(asked).containsExactly("/security/audit?limit=2&cursor=4-0");
    assertThat(shown).hasSize(2);
    assertThat(told).containsExactly("there may be more: go on with --cursor 5-2");
  }

  @Test
  void failsWhenTheNodeRefuses() {
    assertThat(list()).isEqualTo(1);
    assertThat(shown).isEmpty();
  }
}
