package dev.flashq.security;

import dev.flashq.security.secrets.Secret;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** What is asked of certificates whatever they are for; every failure names the file. */
final class CertificateChecks {
  private CertificateChecks() {}

  static void requireValidAt(Instant now, X509Certificate certificate, Secret file) {
    try {
      certificate.checkValidity(Date.from(now));
    } catch (CertificateExpiredException e) {
      throw new InvalidCertificateException(
          file + " has expired on " + certificate.getNotAfter().toInstant(), e);
    } catch (CertificateNotYetValidException e) {
      throw new InvalidCertificateException(
          file + " is not valid before " + certificate.getNotBefore().toInstant(), e);
    }
  }

  /** Whether all usages are allowed. */
  static boolean allows(X509Certificate certificate, Secret file, List<String> usages) {
    try {
      List<String> allowed = certificate.getExtendedKeyUsage();
      return allowed == null || allowed.containsAll(usages);
    } catch (GeneralSecurityException e) {
      throw new InvalidCertificateException(file + " has unreadable key usages", e);
    }
  }

  static void requireMatch(
      X509Certificate own, PrivateKey key, Secret certificateFile, Secret file) {
    String sentence =
        "The key in " + file + " does not belong to the certificate in " + certificateFile;
    byte[] probe = {1, 2, 3};
    try {
      Signature signer = Signature.getInstance(signature(key));
      signer.initSign(key);
      signer.update(probe);
      byte[] signature = signer.sign();
      signer.initVerify(own.getPublicKey());
      signer.update(probe);
      if (signer.verify(signature)) {
        return;
      }
    } catch (GeneralSecurityException e) {
      throw new InvalidCertificateException(sentence, e);
    }
    throw new InvalidCertificateException(sentence);
  }

  /** How the key signs. */
  static String signature(PrivateKey key) {
    return switch (key.getAlgorithm()) {
      case "EC", "ECDSA" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> key.getAlgorithm();
    };
  }

  static X509ExtendedTrustManager trust(List<X509Certificate> trusted, Secret file) {
    try {
      KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      for (X509Certificate authority : trusted) {
        authorities.setCertificateEntry("ca-" + authorities.size(), authority);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities);
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidCertificateException(file + " cannot be used to check certificates", e);
    }
  }
}
