package dev.flashq.security;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows one certificate to everybody, in both directions of a connection: the newest.
 *
 * <p>A handshake asks for an alias first and by it for chain and key. Each pair has an alias of its
 * own, and the pair before the newest is kept, so that a handshake that is under way gets both from
 * one pair.
 */
final class NewestKey extends X509ExtendedKeyManager {
  private record Pair(String alias, PrivateKey key, List<X509Certificate> chain) {}

  private record Pairs(long number, Pair newest, Pair before) {
    Pair of(String alias) {
      return alias.equals(before.alias) ? before : newest;
    }
  }

  private volatile Pairs pairs;

  NewestKey(Credentials credentials) {
    Pair first = pair(0, credentials);
    this.pairs = new Pairs(0, first, first);
  }

  /** For handshakes that begin from now on; one caller at a time. */
  void show(Credentials credentials) {
    long number = pairs.number + 1;
    pairs = new Pairs(number, pair(number, credentials), pairs.newest);
  }

  private static Pair pair(long number, Credentials credentials) {
    return new Pair("node-" + number, credentials.key(), credentials.chain());
  }

  private String alias() {
    return pairs.newest.alias;
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {alias()};
  }

  @Override
  public String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias();
  }

  @Override
  public String chooseEngineClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias();
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {alias()};
  }

  @Override
  public String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias();
  }

  @Override
  public String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias();
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return pairs.of(alias).chain.toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return pairs.of(alias).key;
  }
}
