package dev.flashq.server.access;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.ClusterNode;
import dev.flashq.protocol.Limits;
import dev.flashq.security.TokenHash;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.transport.TokenCheck;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What the transports know of tokens: what the cluster's state says, as this node has it. */
public final class TokenAccess implements TokenCheck {
  private final ClusterNode cluster;
  private final TokenSources configured;

  /** The hour in which it was last proposed that a credential is in use, by its number. */
  private final Map<Long, Long> noted = new ConcurrentHashMap<>();

  public TokenAccess(ClusterNode cluster, TokenSources configured) {
    this.cluster = cluster;
    this.configured = configured;
  }

  @Override
  public Login check(String token) {
    try {
      return cluster.featureLevel() < FeatureLevel.ACCESS
          ? configured.login(token)
          : replicated(token);
    } catch (RefusedException _) {
      return Login.UNAVAILABLE;
    }
  }

  private Login replicated(String token) {
    Access access = cluster.access();
    ByteString key = access.key();
    if (key == null || cluster.isStale()) {
      return Login.UNAVAILABLE;
    }
    byte[] hash = TokenHash.of(key.toByteArray(), token);
    Principal holder = access.holder(ByteString.copyFrom(hash));
    if (holder != null) {
      return known(holder, access);
    }
    // One of this node's own may still be on its way into the state: it is not a wrong one.
    return configured.lists(token) && !cluster.tokensListed() ? Login.UNAVAILABLE : Login.UNKNOWN;
  }

  /** Who only asks questions leaves nothing in the log by which its use would be known. */
  private Login known(Principal holder, Access access) {
    long hour = TimeUnit.MILLISECONDS.toHours(System.currentTimeMillis());
    if (noted.size() > 2 * Limits.CREDENTIALS) {
      noted.clear();
    }
    if (access.usedAt(holder) < TimeUnit.HOURS.toMillis(hour)
        && !Objects.equals(noted.put(holder.credential(), hour), hour)) {
      var _ =
          cluster
              .gateway()
              .submit(Principal.SYSTEM, null, new Command.NoteUse(List.of(holder.credential())));
    }
    return new Login.Known(holder);
  }

  @Override
  public Login checkCertificate(String subject) {
    try {
      Access access = cluster.access();
      if (cluster.isStale()) {
        return Login.UNAVAILABLE;
      }
      Principal holder = access.holderOf(subject);
      return holder == null ? Login.UNKNOWN : known(holder, access);
    } catch (RefusedException _) {
      return Login.UNAVAILABLE;
    }
  }

  @Override
  public boolean open() {
    try {
      return !configured.isWanted() && !cluster.access().isProtected();
    } catch (RefusedException _) {
      return false;
    }
  }

  @Override
  public void refused(String address) {
    cluster.loginRefused(address);
  }

  @Override
  public boolean stands(Principal principal) {
    try {
      return cluster.access().grant(principal) != null;
    } catch (RefusedException _) {
      return true;
    }
  }

  @Override
  public UseLimits limits(Principal principal) {
    try {
      Grant grant = cluster.access().grant(principal);
      return grant == null ? UseLimits.NONE : grant.limits();
    } catch (RefusedException _) {
      return UseLimits.NONE;
    }
  }

  @Override
  public CompletableFuture<Void> caughtUp() {
    return cluster.caughtUp();
  }

  @Override
  public Optional<Minted> mint() {
    try {
      ByteString key = cluster.access().key();
      if (key == null) {
        return Optional.empty();
      }
      String text = TokenHash.newToken();
      return Optional.of(
          new Minted(text, ByteString.copyFrom(TokenHash.of(key.toByteArray(), text))));
    } catch (RefusedException _) {
      return Optional.empty();
    }
  }
}
