package dev.flashq.statemachine.log;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RequestId;
import org.jspecify.annotations.Nullable;

/** A command with its sender, as it stands in the log. */
public record Submission(Principal principal, @Nullable RequestId requestId, Command command) {}
