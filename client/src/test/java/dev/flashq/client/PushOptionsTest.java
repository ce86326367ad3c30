package dev.flashq.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.option.PushOption;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All options can be given and are sent by the names that the server knows. */
class PushOptionsTest {
  private static final PushOptions ALL =
      PushOptions.DEFAULTS
          .withPriority(-1)
          .withDelay(Duration.ofMillis(2))
          .withTtl(Duration.ofMillis(3))
          .withTimeout(Duration.ofMillis(4))
          .withFixedRetries(5, Duration.ofMillis(6))
          .withUniqueKey("u")
          .withCustomId("c")
          .withGroupId("g")
          .withDebounce("d", Duration.ofMillis(7))
          .withTags(List.of("a", "b"))
          .withDependsOn(List.of(8L, 9L))
          .withLifo(true)
          .withGroupStrict(true)
          .withRemoveOnComplete(true)
          .withRemoveOnFail(true)
          .withStallTimeout(Duration.ofMillis(10))
          .withKeepCompleted(Duration.ofMillis(11), 12)
          .withSubject("s");

  private static String sent(PushOptions options) {
    Requests push = Requests.push("q", Data.NULL, options);
    var out = new MessagePackWriter();
    out.beginMap(push.fields());
    push.write(out);
    out.endMap();
    var json = new JsonWriter();
    Transcode.messagePackToJson(out.buffer(), 0, out.size(), json);
    return new String(json.toByteArray(), StandardCharsets.UTF_8).replace('"', '\'');
  }

  @Test
  void everyOptionCanBeGiven() {
    var given = new ArrayList<PushOption>();
    ALL.forEach((option, _) -> given.add(option));
    assertThat(given).isEqualTo(PushOption.ALL);
  }

  @Test
  void sendsThemByTheirNames() {
    assertThat(sent(ALL))
        .isEqualTo(
            "{'cmd':'PUSH','queue':'q','data':null,'delay':2,'ttl':3,'timeout':4,"
                + "'backoff':{'type':'fixed','delay':6},'debounce_ttl':7,'stall_timeout':10,"
                + "'keep_completed_age':11,'max_attempts':5,'keep_completed_count':12,"
                + "'unique_key':'u','job_id':'c','debounce_id':'d','group_id':'g','tags':['a','b'],"
                + "'depends_on':[8,9],'priority':-1,'lifo':true,'group_strict':true,'remove_on_complete':true,"
                + "'remove_on_fail':true,'subject':'s'}");
  }

  @Test
  void sendsOnlyWhatIsSet() {
    assertThat(sent(PushOptions.DEFAULTS)).isEqualTo("{'cmd':'PUSH','queue':'q','data':null}");
    assertThat(sent(ALL.withRetries(0, Duration.ZERO))).doesNotContain("max_attempts", "backoff");
    assertThat(sent(PushOptions.DEFAULTS.withRetries(2, Duration.ofSeconds(1))))
        .endsWith(",'backoff':1000,'max_attempts':2}");
  }

  @Test
  void tellsWhatWasGiven() {
    assertThat(ALL.priority()).isEqualTo(-1);
    assertThat(ALL.backoff()).isEqualTo(Duration.ofMillis(6));
    assertThat(ALL.fixedBackoff()).isTrue();
    assertThat(ALL.debounceTtl()).isEqualTo(Duration.ofMillis(7));
    assertThat(ALL.dependsOn()).containsExactly(8L, 9L);
    assertThat(ALL.keepCompletedCount()).isEqualTo(12);
    assertThat(ALL.subject()).isEqualTo("s");
    assertThat(ALL.withPriority(0).priority()).isZero();
    assertThat(ALL.withPriority(-1)).isEqualTo(ALL);
    assertThat(PushOptions.DEFAULTS.uniqueKey()).isNull();
    assertThat(PushOptions.DEFAULTS.tags()).isEmpty();
  }
}
