package dev.flashq.rpc;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Who speaks with whom.
 *
 * @param cluster members of another cluster are refused
 * @param self where this member listens
 * @param members all of them, this one too
 * @param messageBytes of the greatest message
 */
public record RpcSettings(
    UUID cluster, PeerAddress self, List<PeerAddress> members, int messageBytes) {
  public RpcSettings {
    members = List.copyOf(members);
  }

  Optional<PeerAddress> member(String id) {
    return members.stream().filter(member -> member.id().equals(id)).findFirst();
  }
}
