package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.chaos.SoakRules.Allowed;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The verdict of a soak finds what it is there for. */
class SoakVerdictTest {
  private final SoakRules rules = new SoakRules();
  private final SoakNotes notes = new SoakNotes();
  private final List<TrailRecord> trail = new ArrayList<>();

  @BeforeEach
  void oneRoleAndOneToken() {
    rules.role("r0", new Allowed(Set.of("push", "pull"), "jobs.*"));
    add("admin", "putRole", "", "", "r0", "00.000");
    add("admin", "createToken", "", "", "w0-1", "00.001");
  }

  private void add(
      String user, String action, String queueAndJob, String code, String name, String second) {
    String details = code.isEmpty() ? "" : ",\"code\":\"" + code + "\"";
    details += name.isEmpty() ? "" : ",\"name\":\"" + name + "\"";
    trail.add(
        TrailRecord.of(
            "{\"number\":"
                + (trail.size() + 1)
                + ",\"timestamp\":\"2030-01-31T12:00:"
                + second
                + "Z\",\"action\":\""
                + action
                + "\","
                + queueAndJob
                + "\"userId\":\""
                + user
                + "\",\"success\":"
                + code.isEmpty()
                + ",\"details\":{\"count\":1"
                + details
                + "}}"));
  }

  private void push(String queue, String job, String code, String second) {
    String id = job.isEmpty() ? "" : "\"jobId\":\"" + job + "\",";
    add("w0-1", "push", "\"queue\":\"" + queue + "\"," + id, code, "", second);
  }

  private void judge() {
    var verdict = new SoakVerdict(rules);
    verdict.requireRulesKept(trail);
    verdict.requireRecords(notes);
  }

  @Test
  void whatIsAllowedAndRecordedIsRight() {
    push("jobs.a", "7", "", "01.000");
    notes.pushed.add(7L);
    push("other", "", "FORBIDDEN", "01.001");
    assertThatCode(this::judge).doesNotThrowAnyException();
  }

  @Test
  void whatIsDoneAfterARevocationIsFound() {
    add("admin", "revokeToken", "", "", "w0-1", "01.000");
    push("jobs.a", "7", "", "01.001");
    assertThatThrownBy(this::judge).hasMessageContaining("was not permitted");
  }

  @Test
  void whatIsRefusedWhileItIsGrantedIsFound() {
    push("jobs.a", "", "FORBIDDEN", "01.000");
    assertThatThrownBy(this::judge).hasMessageContaining("was permitted");
  }

  @Test
  void aTokenThatStandsIsNotRefused() {
    push("jobs.a", "", "UNAUTHENTICATED", "01.000");
    assertThatThrownBy(this::judge).hasMessageContaining("was under a token that stands");
  }

  @Test
  void aQuotaThatIsKeptIsRight() {
    rules.quota("r0", 1);
    add("admin", "setQuota", "", "", "r0", "01.000");
    push("jobs.a", "7", "", "01.001");
    push("jobs.b", "", "RATE_LIMITED", "01.900");
    push("jobs.b", "8", "", "02.001");
    assertThatCode(this::judge).doesNotThrowAnyException();
  }

  @Test
  void aQuotaThatIsExceededIsFound() {
    rules.quota("r0", 1);
    add("admin", "setQuota", "", "", "r0", "01.000");
    push("jobs.a", "7", "", "01.001");
    push("jobs.b", "8", "", "02.000");
    assertThatThrownBy(this::judge).hasMessageContaining("was beyond the quota");
  }

  @Test
  void aQuotaThatRefusesTooEarlyIsFound() {
    rules.quota("r0", 2);
    add("admin", "setQuota", "", "", "r0", "01.000");
    push("jobs.a", "7", "", "01.001");
    push("jobs.b", "", "RATE_LIMITED", "01.900");
    assertThatThrownBy(this::judge).hasMessageContaining("was within the quota");
  }

  @Test
  void recordsThatAreMissingOrDoubleAreFound() {
    notes.pushed.add(7L);
    assertThatThrownBy(this::judge).hasMessageContaining("jobs of one acknowledged push");
    push("jobs.a", "7", "", "01.000");
    assertThatCode(this::judgeAgain).doesNotThrowAnyException();
    push("jobs.a", "7", "", "01.001");
    assertThatThrownBy(this::judgeAgain).hasMessageContaining("jobs of one acknowledged push");
    trail.remove(trail.size() - 2);
    assertThatThrownBy(this::judgeAgain).hasMessageContaining("is not the next one");
  }

  /** What the administrator has said is used up by the first verdict. */
  private void judgeAgain() {
    rules.role("r0", new Allowed(Set.of("push"), "jobs.*"));
    judge();
  }

  @Test
  void whatWasSaidAndIsNotRecordedIsFound() {
    rules.role("r0", new Allowed(Set.of("ack"), "jobs.a"));
    assertThatThrownBy(this::judge).hasMessageContaining("said, and not in the trail");
  }
}
