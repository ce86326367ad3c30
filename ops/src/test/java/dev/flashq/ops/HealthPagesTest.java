package dev.flashq.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.ClusterView;
import dev.flashq.cluster.ClusterView.MemberView;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Reply;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What load balancers, dashboards and people read. */
class HealthPagesTest {
  private static HealthPages pages(@Nullable String leader, String role, boolean ready) {
    var view =
        new ClusterView(
            "flashq",
            "n1",
            leader,
            3,
            role,
            120,
            121,
            100,
            1,
            ready,
            List.of(
                new MemberView("n1", "127.0.0.1:7789", leader != null, 120, 121, 3L),
                new MemberView("n2", "127.0.0.1:7889", false, 110, 119, null)));
    return new HealthPages(
        () -> view,
        () -> 65_432,
        "1.2.3",
        Map.of("n1", new HealthPages.Addresses("127.0.0.1:6789", "127.0.0.1:6790")));
  }

  @Test
  void isReadyWhenClientsAreWellServed() {
    Page page = pages("n1", "leader", true).ready();
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.body())
        .isEqualTo(
            "{\"status\":\"ready\",\"ok\":true,\"node\":\"n1\",\"leader\":\"n1\",\"role\":\"leader\"}");
  }

  @Test
  void isNotReadyWithoutALeaderOrBehind() {
    Page noLeader = pages(null, "candidate", false).ready();
    assertThat(noLeader.status()).isEqualTo(503);
    assertThat(noLeader.body())
        .isEqualTo(
            "{\"status\":\"not ready\",\"ok\":false,\"node\":\"n1\",\"leader\":null,\"role\":\"candidate\"}");
    assertThat(pages("n2", "follower", false).ready().status()).isEqualTo(503);
  }

  @Test
  void livesInAnyCase() {
    assertThat(pages(null, "candidate", false).live())
        .isEqualTo(Page.json(200, "{\"ok\":true,\"status\":\"live\"}"));
  }

  @Test
  void saysHealthAsFlashQDoes() {
    Page page = pages("n1", "leader", true).health();
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.body())
        .isEqualTo(
            "{\"ok\":true,\"data\":{\"status\":\"healthy\",\"uptime_ms\":65432,\"uptime_seconds\":65,"
                + "\"sqlite_enabled\":false,\"version\":\"1.2.3\",\"node_id\":\"n1\",\"is_leader\":true}}");
    assertThat(pages("n2", "follower", false).health().body())
        .contains("\"status\":\"degraded\"", "\"is_leader\":false");
  }

  @Test
  void showsTheClusterAndHowFarEachMemberIs() {
    Page page = pages("n1", "leader", true).cluster();
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.body())
        .isEqualTo(
            "{\"cluster\":\"flashq\",\"node\":\"n1\",\"leader\":\"n1\",\"term\":3,\"role\":\"leader\","
                + "\"ready\":true,\"applied_index\":120,\"committed_index\":121,\"snapshot_index\":100,\"feature_level\":1,"
                + "\"members\":[{\"id\":\"n1\",\"peer_address\":\"127.0.0.1:7789\","
                + "\"client_address\":\"127.0.0.1:6789\",\"http_address\":\"127.0.0.1:6790\",\"leader\":true,\"applied_index\":120,"
                + "\"committed_index\":121,\"clock_off_ms\":3},{\"id\":\"n2\",\"peer_address\":\"127.0.0.1:7889\","
                + "\"client_address\":\"\",\"http_address\":\"\",\"leader\":false,\"applied_index\":110,\"committed_index\":119,\"clock_off_ms\":null}]}");
  }

  @Test
  void saysWhatCameOfSettingTheClock() {
    assertThat(HealthPages.clockSet(Reply.Done.DONE)).isEqualTo(Page.json(200, "{\"ok\":true}"));
    Page refused =
        HealthPages.clockSet(new Reply.Refused(ErrorCode.SERVICE_UNAVAILABLE, "not now"));
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.body())
        .isEqualTo("{\"ok\":false,\"error\":\"not now\",\"code\":\"SERVICE_UNAVAILABLE\"}");
  }
}
