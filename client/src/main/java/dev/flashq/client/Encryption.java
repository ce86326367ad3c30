package dev.flashq.client;

import java.util.List;
import java.util.Map;

/**
 * Which queues are encrypted, and how far the cluster is with it. No key is ever shown. Times are
 * Unix milliseconds.
 *
 * @param namespaces by their patterns
 * @param ring number of the key under which all others are kept; 0: the nodes have no master key
 * @param ringChanging another one takes its place, so that what was destroyed cannot be read in old
 *     copies of the data either
 * @param subjects data subjects that have keys
 * @param destroyed keys that were destroyed so far
 * @param reseal the walk that encrypts anew what is under older keys, or in the clear
 */
public record Encryption(
    List<Namespace> namespaces,
    long ring,
    boolean ringChanging,
    long subjects,
    long destroyed,
    Reseal reseal) {
  /**
   * Queues that are encrypted under the same key.
   *
   * @param queues a pattern; a star stands for any characters or none
   * @param key number of the key under which is encrypted now
   * @param since when that was made
   * @param keys that one, and older ones under which something still is
   */
  public record Namespace(String queues, long key, long since, long keys) {
    static Namespace of(Map<?, ?> fields) {
      return new Namespace(
          String.valueOf(fields.get("queue")),
          Values.number(fields, "key"),
          Values.number(fields, "since"),
          Values.number(fields, "keys"));
    }
  }

  /**
   * How far the walk is.
   *
   * @param state none, running or done
   * @param ended 0: not yet
   * @param progress 0 to 1
   * @param looked jobs that were looked at
   * @param changed payloads that were encrypted anew
   * @param unreadable jobs of which something cannot be read any more
   * @param missed jobs that somebody else kept changing
   */
  public record Reseal(
      String state,
      long began,
      long ended,
      double progress,
      long looked,
      long changed,
      long unreadable,
      long missed) {

    public boolean isRunning() {
      return state.equals("running");
    }

    static Reseal of(Map<?, ?> fields) {
      return new Reseal(
          String.valueOf(fields.get("state")),
          Values.number(fields, "began"),
          Values.number(fields, "ended"),
          Values.fraction(fields, "progress"),
          Values.number(fields, "looked"),
          Values.number(fields, "changed"),
          Values.number(fields, "unreadable"),
          Values.number(fields, "missed"));
    }
  }

  static Encryption of(Map<?, ?> fields) {
    return new Encryption(
        Values.items(fields, "encryption", Namespace::of),
        Values.number(fields, "ring"),
        Boolean.TRUE.equals(fields.get("ring_changing")),
        Values.number(fields, "subjects"),
        Values.number(fields, "destroyed"),
        Reseal.of(fields.get("reseal") instanceof Map<?, ?> walk ? walk : Map.of()));
  }
}
