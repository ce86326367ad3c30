package dev.flashq.statemachine;

import java.util.List;

/**
 * A walk through all jobs, that seals anew what was sealed under keys of earlier days, and what was
 * not sealed. Times are Unix ms.
 *
 * @param version of the rules for data that it brings about; 0: there was never any
 * @param endedAt 0: not yet
 * @param next the smallest job id that has not been looked at
 * @param last the greatest job id that there was when it began
 */
public record Reseal(
    long version, long beganAt, long endedAt, long next, long last, Counts counts) {
  public static final Reseal NONE = new Reseal(0, 0, 0, 0, 0, Counts.NONE);

  public boolean isRunning() {
    return version != 0 && endedAt == 0;
  }

  /**
   * Jobs.
   *
   * @param looked that were looked at
   * @param sealed of which something was sealed anew
   * @param unreadable of which something could not be opened, because its key is gone
   * @param missed that somebody else kept changing
   */
  public record Counts(long looked, long sealed, long unreadable, long missed) {
    public static final Counts NONE = new Counts(0, 0, 0, 0);
  }

  /**
   * A job with all that may have to be sealed anew.
   *
   * @param subject number of the key of its data subject; 0: none
   */
  public record Item(JobId job, QueueName queue, long subject, List<Content> contents) {
    public Item {
      contents = List.copyOf(contents);
    }
  }

  public record Content(JobPart part, Payload payload) {}

  /**
   * What a step looks at.
   *
   * @param to the smallest job id that it does not look at
   */
  public record Page(Reseal reseal, List<Item> items, long to) {
    public static final Page NONE = new Page(Reseal.NONE, List.of(), 0);

    public Page {
      items = List.copyOf(items);
    }
  }
}
