package dev.flashq.statemachine;

import java.util.List;

/**
 * A named set of permissions. What one of {@code deny} covers is refused, whatever else allows it.
 */
public record Role(String name, List<Permission> allow, List<Permission> deny) {
  public Role {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }
}
