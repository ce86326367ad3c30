package dev.flashq.security;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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

/** Certificates and private keys in PEM files; every failure names the file. */
final class PemFiles {
  private static final long FILE_BYTES = 1024 * 1024;
  private static final long KEY_BYTES = 64 * 1024;
  private static final String KEY_MODE = "rw-------";
  private static final String OPEN_MODE = "rw-r--r--";
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
  private static final Pattern PKCS8 =
      Pattern.compile(
          "\\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----\\s*");

  private PemFiles() {}

  /** All certificates of the file, at least one. */
  static List<X509Certificate> certificates(Path file) {
    requireReadable(file);
    try (InputStream in = Files.newInputStream(file)) {
      var found =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (found.isEmpty()) {
        throw new InvalidCertificateException(file + " holds no certificate in PEM form");
      }
      return found;
    } catch (IOException | GeneralSecurityException e) {
      throw new InvalidCertificateException(file + " is not a certificate in PEM form", e);
    }
  }

  static PrivateKey privateKey(Path file) {
    return privateKey(file, Optional.empty());
  }

  /**
   * PKCS#8, and the older forms of RSA and EC keys.
   *
   * @param passphrase when it is PKCS#8 and encrypted
   */
  static PrivateKey privateKey(Path file, Optional<char[]> passphrase) {
    requireReadable(file);
    try {
      PrivateKey key = Files.size(file) > KEY_BYTES ? null : plainKey(file);
      return key == null ? parse(file, passphrase) : key;
    } catch (IOException e) {
      throw new InvalidCertificateException(file + " is not a private key in PEM form", e);
    }
  }

  /**
   * The usual form, read by the JDK alone: to load BouncyCastle, whose signed jar is checked class
   * by class, takes a tenth of a node's start. Null when it is another form.
   */
  private static @Nullable PrivateKey plainKey(Path file) throws IOException {
    Matcher pem = PKCS8.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
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

  private static PrivateKey parse(Path file, Optional<char[]> passphrase) throws IOException {
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.US_ASCII);
        PEMParser parser = new PEMParser(reader)) {
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
      Path file, PKCS8EncryptedPrivateKeyInfo info, Optional<char[]> passphrase)
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

  /** The first line of the file. */
  static char[] passphrase(Path file) {
    requireReadable(file);
    try {
      String words = Files.size(file) > KEY_BYTES ? "" : Files.readString(file);
      char[] line = words.lines().findFirst().orElse("").toCharArray();
      if (line.length == 0) {
        throw new InvalidCertificateException(file + " has no passphrase in its first line");
      }
      return line;
    } catch (IOException e) {
      throw new InvalidCertificateException(file + " is not a passphrase in UTF-8", e);
    }
  }

  static void write(Path file, X509Certificate... certificates) throws IOException {
    Files.move(
        temporary(file, KEY_MODE, (Object[]) certificates), file, StandardCopyOption.ATOMIC_MOVE);
    forceFolder(file);
  }

  static void write(Path file, PrivateKey key) throws IOException {
    Path temporary = temporary(file, KEY_MODE, new JcaPKCS8Generator(key, null));
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    forceFolder(file);
  }

  /** Fails when the file is there. */
  static void writeNew(Path file, PrivateKey key) throws IOException {
    putNew(file, temporary(file, KEY_MODE, new JcaPKCS8Generator(key, null)));
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
    Files.deleteIfExists(temporary);
    Files.createFile(
        temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
    try (BufferedWriter out = Files.newBufferedWriter(temporary, StandardCharsets.US_ASCII);
        JcaPEMWriter pem = new JcaPEMWriter(out)) {
      for (Object object : objects) {
        pem.writeObject(object);
      }
    }
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return temporary;
  }

  private static void forceFolder(Path file) throws IOException {
    try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent())) {
      folder.force(true);
    }
  }

  /** Differs when the file holds something else; the same for all that cannot be read. */
  static String stamp(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES) {
        return "too large";
      }
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (IOException _) {
      return "unreadable";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void requireReadable(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidCertificateException("There is no file " + file);
    }
    if (!Files.isReadable(file)) {
      throw new InvalidCertificateException(file + " cannot be read by this process");
    }
    if (file.toFile().length() > FILE_BYTES) {
      throw new InvalidCertificateException(file + " is larger than 1 MiB");
    }
  }
}
