package dev.flashq.security;

import static java.util.Objects.requireNonNull;

import dev.flashq.security.secrets.Secret;
import dev.flashq.security.secrets.SecretException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and private keys in PEM, in files or elsewhere; every failure names where they
 * stand.
 */
final class PemFiles {
  private static final int FILE_BYTES = 1024 * 1024;
  private static final int KEY_BYTES = 64 * 1024;
  private static final String OPEN_MODE = "rw-r--r--";
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
  private static final Pattern PKCS8 =
      Pattern.compile(
          "\\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----\\s*");

  private PemFiles() {}

  /** All certificates of the file, at least one. */
  static List<X509Certificate> certificates(Path file) {
    return certificates(Secret.ofFile(file));
  }

  /** All certificates that stand there, at least one. */
  static List<X509Certificate> certificates(Secret file) {
    InputStream in = new ByteArrayInputStream(bytes(file));
    try {
      var found =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (found.isEmpty()) {
        throw new InvalidCertificateException(file + " holds no certificate in PEM form");
      }
      return found;
    } catch (GeneralSecurityException e) {
      throw new InvalidCertificateException(file + " is not a certificate in PEM form", e);
    }
  }

  static PrivateKey privateKey(Path file) {
    return privateKey(Secret.ofFile(file), Optional.empty());
  }

  /**
   * PKCS#8, and the older forms of RSA and EC keys.
   *
   * @param passphrase when it is PKCS#8 and encrypted
   */
  static PrivateKey privateKey(Secret file, Optional<char[]> passphrase) {
    byte[] bytes = bytes(file);
    try {
      PrivateKey key = bytes.length > KEY_BYTES ? null : plainKey(bytes);
      return key == null ? parse(file, bytes, passphrase) : key;
    } catch (IOException e) {
      throw new InvalidCertificateException(file + " is not a private key in PEM form", e);
    }
  }

  /**
   * The usual form, read by the JDK alone: to load BouncyCastle, whose signed jar is checked class
   * by class, takes a tenth of a node's start. Null when it is another form.
   */
  private static @Nullable PrivateKey plainKey(byte[] bytes) {
    Matcher pem = PKCS8.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    if (!pem.matches()) {
      return null;
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(pem.group(1));
    } catch (IllegalArgumentException e) {
      return null;
    }
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        // A key of another algorithm.
      }
    }
    return null;
  }

  private static PrivateKey parse(Secret file, byte[] bytes, Optional<char[]> passphrase)
      throws IOException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      Object found = parser.readObject();
      if (found instanceof ASN1ObjectIdentifier) {
        // The name of a curve, which stands in front of a key that was made for it.
        found = parser.readObject();
      }
      return switch (found) {
        case PrivateKeyInfo info -> new JcaPEMKeyConverter().getPrivateKey(info);
        case PEMKeyPair pair -> new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
        case PKCS8EncryptedPrivateKeyInfo info -> decrypt(file, info, passphrase);
        case PEMEncryptedKeyPair _ ->
            throw new InvalidCertificateException(
                file + " is encrypted in the old form; convert it with openssl pkcs8 -topk8");
        case null, default ->
            throw new InvalidCertificateException(file + " holds no private key in PEM form");
      };
    }
  }

  private static PrivateKey decrypt(
      Secret file, PKCS8EncryptedPrivateKeyInfo info, Optional<char[]> passphrase)
      throws IOException {
    char[] words =
        passphrase.orElseThrow(
            () ->
                new InvalidCertificateException(
                    file + " is encrypted; its passphrase is not known"));
    try {
      var decryptor =
          new JcePKCSPBEInputDecryptorProviderBuilder()
              .setProvider(new BouncyCastleProvider())
              .build(words);
      return new JcaPEMKeyConverter().getPrivateKey(info.decryptPrivateKeyInfo(decryptor));
    } catch (PKCSException e) {
      throw new InvalidCertificateException(file + " cannot be decrypted with its passphrase", e);
    }
  }

  /** The first line of what stands there. */
  static char[] passphrase(Secret file) {
    byte[] bytes = bytes(file);
    String words = bytes.length > KEY_BYTES ? "" : utf8(bytes, file);
    char[] line = words.lines().findFirst().orElse("").toCharArray();
    if (line.length == 0) {
      throw new InvalidCertificateException(file + " has no passphrase in its first line");
    }
    return line;
  }

  private static String utf8(byte[] bytes, Secret file) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidCertificateException(file + " is not a passphrase in UTF-8", e);
    }
  }

  static void write(Path file, X509Certificate... certificates) throws IOException {
    Files.move(
        temporary(file, DurableFiles.PRIVATE, (Object[]) certificates),
        file,
        StandardCopyOption.ATOMIC_MOVE);
    forceFolder(file);
  }

  static void write(Path file, PrivateKey key) throws IOException {
    Path temporary = temporary(file, DurableFiles.PRIVATE, new JcaPKCS8Generator(key, null));
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    forceFolder(file);
  }

  /** Fails when the file is there. */
  static void writeNew(Path file, PrivateKey key) throws IOException {
    putNew(file, temporary(file, DurableFiles.PRIVATE, new JcaPKCS8Generator(key, null)));
  }

  /** Writes what everybody may know; fails when the file is there. */
  static void writeNew(Path file, Object known) throws IOException {
    putNew(file, temporary(file, OPEN_MODE, known));
  }

  private static void putNew(Path file, Path temporary) throws IOException {
    try {
      // Unlike a move a link never takes the place of a file.
      Files.createLink(file, temporary);
    } finally {
      Files.delete(temporary);
    }
    forceFolder(file);
  }

  /** A complete file beside another, with its rights from the first byte on. */
  private static Path temporary(Path file, String mode, Object... objects) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    var bytes = new ByteArrayOutputStream();
    try (var pem = new JcaPEMWriter(new OutputStreamWriter(bytes, StandardCharsets.US_ASCII))) {
      for (Object object : objects) {
        pem.writeObject(object);
      }
    }
    DurableFiles.create(temporary, mode, bytes.toByteArray());
    return temporary;
  }

  private static void forceFolder(Path file) throws IOException {
    DurableFiles.forceFolder(requireNonNull(file.toAbsolutePath().getParent()));
  }

  /** Differs when something else stands there; the same for all that cannot be read. */
  static String stamp(Secret file) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(file.read(FILE_BYTES));
      return HexFormat.of().formatHex(digest);
    } catch (SecretException _) {
      return "unreadable";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static byte[] bytes(Secret file) {
    try {
      return file.read(FILE_BYTES);
    } catch (SecretException e) {
      throw new InvalidCertificateException(e.sentence());
    }
  }
}
