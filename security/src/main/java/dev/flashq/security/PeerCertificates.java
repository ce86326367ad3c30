package dev.flashq.security;

import dev.flashq.security.secrets.Secret;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The PEM files by which the nodes of a cluster know each other.
 *
 * @param ca certificate of the authority that signs the nodes' certificates and nothing else:
 *     whoever holds a certificate of it is a member
 * @param certificate this node's certificate, for both directions of a connection
 * @param key its private key, not encrypted
 */
public record PeerCertificates(Path ca, Path certificate, Path key)
    implements CertificateSource, CertificateFiles {
  private PeerSecrets secrets() {
    return new PeerSecrets(Secret.ofFile(ca), Secret.ofFile(certificate), Secret.ofFile(key));
  }

  /** Fails with a sentence that names the file and what is wrong with it. */
  public PeerCertificates validate(Instant now) {
    validate(read(), now);
    return this;
  }

  @Override
  public Credentials read() {
    return secrets().read();
  }

  @Override
  public void validate(Credentials found, Instant now) {
    secrets().validate(found, now);
  }

  /** Whoever made the files replaces them. */
  @Override
  public PeerCertificates renewed() {
    return this;
  }

  @Override
  public List<String> stamps() {
    return secrets().stamps();
  }

  @Override
  public X509ExtendedTrustManager trust(Credentials credentials) {
    return secrets().trust(credentials);
  }

  /** When the node's certificate ends. */
  public Instant expiresAt() {
    return PemFiles.certificates(certificate).getFirst().getNotAfter().toInstant();
  }

  /** DNS names and IP addresses that the certificate is good for. */
  public Set<String> hosts() {
    try {
      return CertificateNames.alternatives(PemFiles.certificates(certificate).getFirst());
    } catch (GeneralSecurityException e) {
      throw new InvalidCertificateException(certificate + " has unreadable names", e);
    }
  }
}
