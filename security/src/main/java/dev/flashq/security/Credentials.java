package dev.flashq.security;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a node shows to its peers and whom it trusts: read together, checked together, replaced
 * together.
 *
 * @param chain the node's certificate, and those between it and the authority
 */
public record Credentials(
    PrivateKey key, List<X509Certificate> chain, List<X509Certificate> authorities) {
  public Credentials {
    chain = List.copyOf(chain);
    authorities = List.copyOf(authorities);
  }

  X509Certificate own() {
    return chain.getFirst();
  }
}
