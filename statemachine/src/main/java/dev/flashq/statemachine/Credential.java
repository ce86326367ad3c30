package dev.flashq.statemachine;

import java.util.List;

/**
 * What a client may show to say who it is: a token, or a certificate.
 *
 * @param number never given to another one
 * @param name of its holder
 * @param subject of the certificate; empty for a token
 * @param roles names of its roles; there may be none of the name
 * @param members that list it in their configuration; empty: it was made by a command
 * @param createdAt Unix ms
 * @param endsAt Unix ms from which on it is good for nothing; 0: never
 * @param usedAt Unix ms of the hour in which it was used last; 0: never
 */
public record Credential(
    long number,
    String name,
    String subject,
    List<String> roles,
    List<String> members,
    long createdAt,
    long endsAt,
    long usedAt,
    State state) {
  public enum State {
    ACTIVE,
    EXPIRED,
    REVOKED
  }

  public Credential {
    roles = List.copyOf(roles);
    members = List.copyOf(members);
  }

  public boolean isToken() {
    return subject.isEmpty();
  }
}
