package dev.flashq.statemachine.log;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * A command with its sender, as it stands in the log.
 *
 * @param inspection of the data that it carries
 */
public record Submission(
    Principal principal, @Nullable RequestId requestId, Command command, Inspection inspection) {
  public Submission(Principal principal, @Nullable RequestId requestId, Command command) {
    this(principal, requestId, command, Inspection.NONE);
  }
}
