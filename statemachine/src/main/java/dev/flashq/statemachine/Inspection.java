package dev.flashq.statemachine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That a node has looked at the data that a command carries, and what it has found wrong.
 *
 * @param version of the rules for data by which it looked; 0: by none
 * @param flaws in the order of the items; the data of these items is left out
 */
public record Inspection(long version, List<Flaw> flaws) {
  /** Nobody has looked. */
  public static final Inspection NONE = new Inspection(0, List.of());

  public Inspection {
    flaws = List.copyOf(flaws);
  }

  /**
   * What is wrong with the data of one item.
   *
   * @param item its place in the command, from 0
   * @param text a sentence that repeats nothing of the data
   */
  public record Flaw(int item, String text) {}

  /** What is wrong with an item; null: nothing. */
  public @Nullable String flaw(int item) {
    for (Flaw flaw : flaws) {
      if (flaw.item() == item) {
        return flaw.text();
      }
    }
    return null;
  }

  /** Whether the command carries anything that rules for data could be about. */
  public static boolean isOf(Command command) {
    return switch (command) {
      case Command.PushJobs _, Command.UpdateJob _ -> true;
      case Command.AckJobs acks -> acks.acks().stream().anyMatch(ack -> ack.result() != null);
      case Command.FailJob fail -> !fail.error().isEmpty() || fail.sealed() != null;
      case Command.ReportProgress progress ->
          progress.message() != null || progress.sealed() != null;
      default -> false;
    };
  }
}
