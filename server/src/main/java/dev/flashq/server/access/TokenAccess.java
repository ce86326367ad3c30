package dev.flashq.server.access;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.ClusterNode;
import dev.flashq.security.TokenHash;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.transport.TokenCheck;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What the transports know of tokens: what the cluster's state says, as this node has it. */
public final class TokenAccess implements TokenCheck {
  private final ClusterNode cluster;
  private final TokenSources configured;

  public TokenAccess(ClusterNode cluster, TokenSources configured) {
    this.cluster = cluster;
    this.configured = configured;
  }

  @Override
  public Login check(String token) {
    try {
      return cluster.featureLevel() < FeatureLevel.ACCESS
          ? configured.holder(token).<Login>map(Login.Known::new).orElse(Login.UNKNOWN)
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
    return holder == null ? Login.UNKNOWN : new Login.Known(holder);
  }

  @Override
  public Login checkCertificate(String subject) {
    try {
      Access access = cluster.access();
      if (cluster.isStale()) {
        return Login.UNAVAILABLE;
      }
      Principal holder = access.holderOf(subject);
      return holder == null ? Login.UNKNOWN : new Login.Known(holder);
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
  public boolean stands(Principal principal) {
    try {
      return cluster.access().grant(principal) != null;
    } catch (RefusedException _) {
      return true;
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
