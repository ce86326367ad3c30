package dev.flashq.server.access;

import dev.flashq.statemachine.Permission;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A token of the configuration, of which only a digest is kept. */
final class ConfiguredToken {
  final @Nullable String name;
  final byte[] digest;
  final List<Permission> permissions;

  /**
   * @param name null: it is named by its hash
   */
  ConfiguredToken(@Nullable String name, byte[] digest, List<Permission> permissions) {
    this.name = name;
    this.digest = digest;
    this.permissions = List.copyOf(permissions);
  }

  boolean isSame(ConfiguredToken other) {
    return Arrays.equals(digest, other.digest);
  }
}
