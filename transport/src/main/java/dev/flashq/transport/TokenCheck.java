package dev.flashq.transport;

import dev.flashq.statemachine.Principal;
import java.util.Optional;

/** Who a token belongs to. Called on event loops: it must not block. */
public interface TokenCheck {
  Optional<Principal> check(String token);

  /** Whether no tokens are configured: every client is {@link Principal#ANONYMOUS}. */
  boolean open();
}
