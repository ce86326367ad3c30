package dev.flashq.transport;

import dev.flashq.statemachine.Principal;
import java.util.Map;
import java.util.Optional;

/** Token checks of tests. */
public final class Tokens implements TokenCheck {
  /** No tokens are configured. */
  public static final Tokens NONE = new Tokens(Map.of());

  private final Map<String, Principal> principals;

  private Tokens(Map<String, Principal> principals) {
    this.principals = principals;
  }

  public static Tokens of(String token, String name) {
    return new Tokens(Map.of(token, new Principal(name)));
  }

  @Override
  public Optional<Principal> check(String token) {
    return Optional.ofNullable(principals.get(token));
  }

  @Override
  public boolean open() {
    return principals.isEmpty();
  }
}
