package dev.flashq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MeterTest {
  private NodeUse second = new NodeUse(2, 5, 100, 1_000);

  private Map<String, NodeUse> nodes() {
    return Map.of("n1", new NodeUse(1, second.cpuSeconds(), 100, 10), "n2", second);
  }

  @Test
  void addsUpWhatNodesUseAndTellsTheirSwitchesApart() {
    var meter = new Meter(this::nodes);
    second = new NodeUse(2, 7, 100, 1_300);
    Meter.Reading reading = meter.read();

    assertThat(reading.cpuSeconds()).isEqualTo(4);
    assertThat(reading.switches()).containsOnly(Map.entry("n1", 0L), Map.entry("n2", 300L));
  }

  @Test
  void countsAProcessFromItsStartThatTookThePlaceOfAnother() {
    var meter = new Meter(this::nodes);
    second = new NodeUse(3, 1, 100, 50);

    assertThat(meter.read().switches()).containsEntry("n2", 50L);
  }

  @Test
  void saysNothingWhenANodeWasKilled() {
    var meter = new Meter(this::nodes);
    second = new NodeUse(2, 0, 0, 0);

    assertThat(meter.read().isEmpty()).isTrue();
  }
}
