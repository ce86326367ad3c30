package dev.flashq.security;

import dev.flashq.security.secrets.Secret;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The PEM files of a node's client ports, or what stands elsewhere in their place. They may be
 * links, as where Kubernetes mounts a secret.
 *
 * @param certificate what clients are shown, and the certificates between it and an authority that
 *     they know
 * @param key its private key
 * @param passphrase where the passphrase stands of the key, when that is encrypted
 * @param clientCa certificates of the authorities that sign those of clients
 */
public record PortCertificates(
    Secret certificate, Secret key, Optional<Secret> passphrase, Optional<Secret> clientCa)
    implements CertificateFiles {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  /** All in files. */
  public PortCertificates(
      Path certificate, Path key, Optional<Path> passphrase, Optional<Path> clientCa) {
    this(
        Secret.ofFile(certificate),
        Secret.ofFile(key),
        passphrase.map(Secret::ofFile),
        clientCa.map(Secret::ofFile));
  }

  @Override
  public Credentials read() {
    List<X509Certificate> chain = PemFiles.certificates(certificate);
    Optional<char[]> words = passphrase.map(PemFiles::passphrase);
    return new Credentials(
        PemFiles.privateKey(key, words),
        chain,
        clientCa.map(PemFiles::certificates).orElse(List.of()));
  }

  @Override
  public void validate(Credentials found, Instant now) {
    CertificateChecks.requireValidAt(now, found.own(), certificate);
    if (!CertificateChecks.allows(found.own(), certificate, List.of(SERVER_AUTH))) {
      throw new InvalidCertificateException(
          certificate + " is not for servers: its extended key usage lacks serverAuth");
    }
    CertificateChecks.requireMatch(found.own(), found.key(), certificate, key);
  }

  @Override
  public X509ExtendedTrustManager trust(Credentials credentials) {
    return CertificateChecks.trust(credentials.authorities(), clientCa.orElse(certificate));
  }

  @Override
  public List<String> stamps() {
    return Stream.of(Optional.of(certificate), Optional.of(key), passphrase, clientCa)
        .flatMap(Optional::stream)
        .map(PemFiles::stamp)
        .toList();
  }
}
