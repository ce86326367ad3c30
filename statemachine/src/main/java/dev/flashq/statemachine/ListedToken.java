package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * A token in the configuration of a member.
 *
 * @param hash never the token
 * @param permissions what its holder may do
 */
public record ListedToken(ByteString hash, String name, List<Permission> permissions) {
  public ListedToken {
    permissions = List.copyOf(permissions);
  }
}
