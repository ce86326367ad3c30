package dev.flashq.security;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  /** Fails with a sentence that names the file and what is wrong with it. */
  public PeerCertificates validate(Instant now) {
    validate(read(), now);
    return this;
  }

  @Override
  public Credentials read() {
    List<X509Certificate> chain = PemFiles.certificates(certificate);
    return new Credentials(PemFiles.privateKey(key), chain, PemFiles.certificates(ca));
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

  /** Whoever made the files replaces them. */
  @Override
  public PeerCertificates renewed() {
    return this;
  }

  @Override
  public List<String> stamps() {
    return Stream.of(ca, certificate, key).map(PemFiles::stamp).toList();
  }

  /** When the node's certificate ends. */
  public Instant expiresAt() {
    return PemFiles.certificates(certificate).getFirst().getNotAfter().toInstant();
  }

  /** DNS names and IP addresses that the certificate is good for. */
  public Set<String> hosts() {
    try {
      Collection<List<?>> names =
          PemFiles.certificates(certificate).getFirst().getSubjectAlternativeNames();
      Set<String> hosts = new HashSet<>();
      if (names != null) {
        names.forEach(name -> hosts.add(String.valueOf(name.get(1))));
      }
      return hosts;
    } catch (GeneralSecurityException e) {
      throw new InvalidCertificateException(certificate + " has unreadable names", e);
    }
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
