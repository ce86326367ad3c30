package dev.flashq.security;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The PEM files by which the nodes of a cluster know each other.
 *
 * @param ca certificate of the authority that signs the nodes' certificates and nothing else:
 *     whoever holds a certificate of it is a member
 * @param certificate this node's certificate, for both directions of a connection
 * @param key its private key, PKCS#8, not encrypted
 */
public record PeerCertificates(Path ca, Path certificate, Path key) implements CertificateSource {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  /** Fails with a sentence that names the file and what is wrong with it. */
  public PeerCertificates validate(Instant now) {
    validate(read(), now);
    return this;
  }

  /** Reads each file once; whether they fit together is left to {@link #validate}. */
  Credentials read() {
    List<X509Certificate> chain = PemFiles.certificates(certificate);
    return new Credentials(PemFiles.privateKey(key), chain, PemFiles.certificates(ca));
  }

  void validate(Credentials found, Instant now) {
    X509Certificate own = found.own();
    requireValidAt(now, own);
    requireSigned(own, found.authorities());
    requireUsages(own);
    requireMatch(own, found.key());
  }

  /** Whoever made the files replaces them. */
  @Override
  public PeerCertificates renewed() {
    return this;
  }

  /** They differ when a file was written since. */
  List<String> stamps() {
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

  X509ExtendedTrustManager trust(Credentials credentials) {
    try {
      KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      for (X509Certificate authority : credentials.authorities()) {
        authorities.setCertificateEntry("ca-" + authorities.size(), authority);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities);
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidCertificateException(ca + " cannot be used to check peers", e);
    }
  }

  private void requireValidAt(Instant now, X509Certificate own) {
    try {
      own.checkValidity(Date.from(now));
    } catch (CertificateExpiredException e) {
      throw new InvalidCertificateException(
          certificate + " has expired on " + own.getNotAfter().toInstant(), e);
    } catch (CertificateNotYetValidException e) {
      throw new InvalidCertificateException(
          certificate + " is not valid before " + own.getNotBefore().toInstant(), e);
    }
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

  private void requireUsages(X509Certificate own) {
    try {
      List<String> usages = own.getExtendedKeyUsage();
      if (usages != null && !(usages.contains(SERVER_AUTH) && usages.contains(CLIENT_AUTH))) {
        throw new InvalidCertificateException(
            certificate
                + " must allow both serverAuth and clientAuth: peers connect in both directions");
      }
    } catch (GeneralSecurityException e) {
      throw new InvalidCertificateException(certificate + " has unreadable key usages", e);
    }
  }

  private void requireMatch(X509Certificate own, PrivateKey privateKey) {
    byte[] probe = {1, 2, 3};
    try {
      Signature signer = Signature.getInstance(algorithm(privateKey));
      signer.initSign(privateKey);
      signer.update(probe);
      byte[] signature = signer.sign();
      signer.initVerify(own.getPublicKey());
      signer.update(probe);
      if (signer.verify(signature)) {
        return;
      }
    } catch (GeneralSecurityException e) {
      throw new InvalidCertificateException(
          "The key in " + key + " does not belong to the certificate in " + certificate, e);
    }
    throw new InvalidCertificateException(
        "The key in " + key + " does not belong to the certificate in " + certificate);
  }

  private static String algorithm(PrivateKey key) {
    return switch (key.getAlgorithm()) {
      case "EC", "ECDSA" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> key.getAlgorithm();
    };
  }
}
