package dev.flashq.security;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/** Signs certificates with the key of an authority. */
final class CertificateIssuer {
  private static final Duration CA_LIFE = Duration.ofDays(3650);
  private static final Duration NODE_LIFE = Duration.ofDays(365);

  /** Days by which lives of nodes differ, so that not all end at once. */
  private static final int SPREAD_DAYS = 30;

  /** Clocks of machines differ; a certificate is good from a little before it was made. */
  private static final Duration CLOCK_SLACK = Duration.ofDays(1);

  private final X509Certificate ca;
  private final PrivateKey caKey;
  private final InstantSource clock;

  CertificateIssuer(X509Certificate ca, PrivateKey caKey, InstantSource clock) {
    this.ca = ca;
    this.caKey = caKey;
    this.clock = clock;
  }

  static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has P-256", e);
    }
  }

  /**
   * @param title the first words of its name
   */
  static X509Certificate selfSigned(String title, KeyPair keys, Instant now) {
    var name = new X500Principal("CN=" + title + " " + serial().toString(36));
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            serial(),
            Date.from(now.minus(CLOCK_SLACK)),
            Date.from(now.plus(CA_LIFE)),
            name,
            keys.getPublic());
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          identifiers().createSubjectKeyIdentifier(keys.getPublic()));
      return sign(builder, keys.getPrivate());
    } catch (CertIOException e) {
      throw new IllegalStateException("an extension cannot be encoded", e);
    }
  }

  /** A certificate for about a year, and never for longer than the authority has left. */
  X509Certificate issue(String nodeId, PublicKey key, Set<String> names) {
    int earlier = Math.floorMod(nodeId.hashCode(), SPREAD_DAYS + 1);
    return issue(
        new CertificateAuthority.Holder(CertificateUse.PEER, nodeId, names),
        key,
        NODE_LIFE.minus(Duration.ofDays(earlier)));
  }

  /** A certificate for as long as the authority has left at most. */
  X509Certificate issue(CertificateAuthority.Holder holder, PublicKey key, Duration life) {
    Instant now = clock.instant();
    var builder =
        new JcaX509v3CertificateBuilder(
            ca.getSubjectX500Principal(),
            serial(),
            Date.from(now.minus(CLOCK_SLACK)),
            Date.from(end(now.plus(life))),
            new X500Principal("CN=" + holder.name()),
            key);
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(holder.use().purposes()));
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, identifiers().createSubjectKeyIdentifier(key));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          identifiers().createAuthorityKeyIdentifier(ca.getPublicKey()));
      if (!holder.hosts().isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName, false, alternativeNames(holder.hosts()));
      }
      return sign(builder, caKey);
    } catch (CertIOException e) {
      throw new IllegalStateException("an extension cannot be encoded", e);
    }
  }

  Instant caEndsAt() {
    return ca.getNotAfter().toInstant();
  }

  private Instant end(Instant end) {
    return end.isBefore(caEndsAt()) ? end : caEndsAt();
  }

  private static JcaX509ExtensionUtils identifiers() {
    try {
      return new JcaX509ExtensionUtils();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  static GeneralNames alternativeNames(Set<String> names) {
    return new GeneralNames(
        names.stream()
            .map(
                name ->
                    new GeneralName(
                        IPAddress.isValid(name) ? GeneralName.iPAddress : GeneralName.dNSName,
                        name))
            .toArray(GeneralName[]::new));
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
    try {
      String algorithm = CertificateChecks.signature(key);
      var signer = new JcaContentSignerBuilder(algorithm).build(key);
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new InvalidCertificateException("The key of the CA cannot sign", e);
    }
  }

  private static BigInteger serial() {
    return new BigInteger(120, new SecureRandom()).add(BigInteger.ONE);
  }
}
