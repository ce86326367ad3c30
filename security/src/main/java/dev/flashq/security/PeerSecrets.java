package dev.flashq.security;

import dev.flashq.security.secrets.Secret;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What {@link PeerCertificates} are, wherever each of the three stands.
 *
 * @param ca certificate of the authority that signs the nodes' certificates and nothing else
 * @param certificate this node's certificate, for both directions of a connection
 * @param key its private key, not encrypted
 */
public record PeerSecrets(Secret ca, Secret certificate, Secret key)
    implements CertificateSource, CertificateFiles {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  @Override
  public Credentials read() {
    List<X509Certificate> chain = PemFiles.certificates(certificate);
    return new Credentials(
        PemFiles.privateKey(key, Optional.empty()), chain, PemFiles.certificates(ca));
  }

  @Override
  public void validate(Credentials found, Instant now) {
    X509Certificate own = found.own();
    CertificateChecks.requireValidAt(now, own, certificate);
    requireSigned(own, found.authorities());
    if (!CertificateChecks.allows(own, certificate, List.of(SERVER_AUTH, CLIENT_AUTH))) {
      throw new InvalidCertificateException(
          certificate
              + " must allow both serverAuth and clientAuth: peers connect in both directions");
    }
    CertificateChecks.requireMatch(own, found.key(), certificate, key);
  }

  /** Whoever made them replaces them. */
  @Override
  public PeerSecrets renewed() {
    return this;
  }

  @Override
  public List<String> stamps() {
    return Stream.of(ca, certificate, key).map(PemFiles::stamp).toList();
  }

  @Override
  public X509ExtendedTrustManager trust(Credentials credentials) {
    return CertificateChecks.trust(credentials.authorities(), ca);
  }

  private void requireSigned(X509Certificate own, List<X509Certificate> authorities) {
    boolean signed =
        authorities.stream()
            .anyMatch(
                authority -> authority.getBasicConstraints() >= 0 && isSignedBy(own, authority));
    if (!signed) {
      throw new InvalidCertificateException(
          certificate + " is not signed by the authority in " + ca);
    }
  }

  private static boolean isSignedBy(X509Certificate own, X509Certificate authority) {
    try {
      own.verify(authority.getPublicKey());
      return own.getIssuerX500Principal().equals(authority.getSubjectX500Principal());
    } catch (GeneralSecurityException _) {
      return false;
    }
  }
}
