package dev.flashq.cluster.peers;

import dev.flashq.statemachine.QueueEngine.Digest;
import java.util.List;

/** Makes a member's words; what is not said is as of a member that has just begun. */
record Words(
    String node, long unixMs, long clockMs, boolean clockKnown, int featureLevel, Digest digest) {

  static Words of(String node) {
    return new Words(node, 0, 0, false, 1, new Digest(0, 0));
  }

  Words unixMs(long ms) {
    return new Words(node, ms, clockMs, clockKnown, featureLevel, digest);
  }

  Words clockMs(long ms) {
    return new Words(node, unixMs, ms, true, featureLevel, digest);
  }

  Words featureLevel(int level) {
    return new Words(node, unixMs, clockMs, clockKnown, level, digest);
  }

  Words digest(long index, long value) {
    return new Words(node, unixMs, clockMs, clockKnown, featureLevel, new Digest(index, value));
  }

  Hello hello() {
    return new Hello(node, unixMs, clockMs, clockKnown, featureLevel, 10, 12, digest, List.of());
  }
}
