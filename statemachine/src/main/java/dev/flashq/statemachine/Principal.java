package dev.flashq.statemachine;

import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param name as it appears in rules, logs and audit records
 * @param credential the number of what the client has shown, see {@link Credential}; 0: nothing
 *     that the replicated rules know
 * @param address from where it asks; null when nobody says
 */
public record Principal(String name, long credential, @Nullable String address) {
  /** A client that has shown nothing. */
  public static final Principal ANONYMOUS = new Principal("anonymous");

  /** The cluster itself: ticks and other duties. */
  public static final Principal SYSTEM = new Principal("system");

  public Principal(String name) {
    this(name, 0, null);
  }

  /** The same from an address. */
  public Principal at(String from) {
    return new Principal(name, credential, from);
  }

  public boolean isAnonymous() {
    return credential == 0 && name.equals(ANONYMOUS.name);
  }

  public boolean isSystem() {
    return credential == 0 && name.equals(SYSTEM.name);
  }

  /** Whether a client may not be called so. */
  public static boolean isReserved(String name) {
    return name.equals(ANONYMOUS.name) || name.equals(SYSTEM.name);
  }
}
