package dev.flashq.security;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** What one gives to an authority that must not see the key (PKCS#10). */
final class CertificateRequest {
  private static final long FILE_BYTES = 64 * 1024;
  private static final int RSA_BITS = 2048;
  private static final int MAX_RSA_BITS = 16_384;

  private CertificateRequest() {}

  static PKCS10CertificationRequest of(CertificateAuthority.Holder holder, KeyPair keys)
      throws IOException {
    var builder =
        new JcaPKCS10CertificationRequestBuilder(
            new X500Principal("CN=" + holder.name()), keys.getPublic());
    if (!holder.hosts().isEmpty()) {
      var extensions = new ExtensionsGenerator();
      extensions.addExtension(
          Extension.subjectAlternativeName,
          false,
          CertificateIssuer.alternativeNames(holder.hosts()));
      builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
    }
    try {
      return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every Java signs with P-256", e);
    }
  }

  /** The key of a request whose maker has it. */
  static PublicKey keyOf(Path file) {
    if (!Files.isRegularFile(file) || file.toFile().length() > FILE_BYTES) {
      throw new InvalidCertificateException("There is no file " + file + " with a request");
    }
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
        PEMParser parser = new PEMParser(reader)) {
      if (!(parser.readObject() instanceof PKCS10CertificationRequest request)) {
        throw new InvalidCertificateException(file + " holds no request in PEM form");
      }
      PublicKey key = new JcaPKCS10CertificationRequest(request).getPublicKey();
      requireStrong(key, file);
      var verifier = new JcaContentVerifierProviderBuilder().build(key);
      if (!request.isSignatureValid(verifier)) {
        throw new InvalidCertificateException(file + " is not signed with its own key");
      }
      return key;
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | IllegalArgumentException e) {
      throw new InvalidCertificateException(file + " is not a good request in PEM form", e);
    }
  }

  private static void requireStrong(PublicKey key, Path file) {
    boolean weak =
        key instanceof RSAPublicKey rsa
            && (rsa.getModulus().bitLength() < RSA_BITS
                || rsa.getModulus().bitLength() > MAX_RSA_BITS);
    if (weak || key.getAlgorithm().equals("DSA")) {
      throw new InvalidCertificateException(
          file + " has a key that is too weak or too large; take EC P-256 or RSA with 3072 bits");
    }
  }
}
