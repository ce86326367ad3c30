package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.server.config.ConfigException;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuotaOptionsTest {
  private static final List<String> NAMES =
      List.of(
          "--queues",
          "--max",
          "--duration",
          "--connections",
          "--waits",
          "--bytes",
          "--made-queues");

  private static String body(String... args) {
    return QuotaOptions.body(Options.parse(List.of(args), NAMES, List.of()));
  }

  @Test
  void saysWhatWasGiven() {
    assertThat(body("--queues", "mail*,sms", "--max", "100", "--duration", "1m"))
        .isEqualTo(
            "{\"pushes\":[{\"queues\":[\"mail*\",\"sms\"],\"max\":100,\"duration\":60000}],"
                + "\"limits\":{}}");
    assertThat(body("--max", "0", "--duration", "250ms"))
        .isEqualTo("{\"pushes\":[{\"queues\":[\"*\"],\"max\":0,\"duration\":250}],\"limits\":{}}");
    assertThat(body("--connections", "1", "--waits", "2", "--bytes", "3", "--made-queues", "4"))
        .isEqualTo("{\"limits\":{\"connections\":1,\"waits\":2,\"bytes\":3,\"queues\":4}}");
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> body("--max", "many"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--max");
    assertThatThrownBy(() -> body("--max", "1", "--duration", "soon"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--duration is 'soon'");
    assertThatThrownBy(() -> body("--max", "1", "--duration", "xms"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--duration is 'xms'");
  }
}
