package dev.flashq.server;

import dev.flashq.security.Tokens;
import dev.flashq.statemachine.Principal;
import dev.flashq.transport.TokenCheck;
import java.util.Optional;

/** The tokens of the configuration for the transports. */
record TokenAccess(Tokens tokens) implements TokenCheck {
  @Override
  public Optional<Principal> check(String token) {
    return tokens.check(token).map(identity -> new Principal(identity.name()));
  }

  @Override
  public boolean open() {
    return tokens.isEmpty();
  }
}
