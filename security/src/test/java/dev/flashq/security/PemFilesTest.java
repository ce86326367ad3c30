package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.secrets.Secret;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemFilesTest {
  private static final String CURVE_AND_KEY =
      """
      -----BEGIN EC PARAMETERS-----
      BggqhkjOPQMBBw==
      -----END EC PARAMETERS-----
      -----BEGIN EC PRIVATE KEY-----
      MHcCAQEEIH99kMjHe5uZG5v/6aoo8OdU2D8bZnOGbXQ6OQAQyywwoAoGCCqGSM49
      AwEHoUQDQgAE+xOb0+H/iEn1Pj+pIWC+HUVbMOA46nISAU5h0xk7zTOdP+ryexj3
      uHtjlSle67+cG/FihQ/pk/S5I44+5nTp/w==
      -----END EC PRIVATE KEY-----
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void readsAKey(String algorithm) throws Exception {
    PrivateKey key = newKey(algorithm);

    assertThat(PemFiles.privateKey(file(pem("PRIVATE KEY", key.getEncoded())))).isEqualTo(key);
  }

  @Test
  void readsWhatItWrote() throws Exception {
    PrivateKey key = newKey("EC");
    Path file = folder.resolve("key.pem");
    PemFiles.write(file, key);

    assertThat(PemFiles.privateKey(file)).isEqualTo(key);
  }

  @Test
  void readsAKeyWithTextBeforeIt() throws Exception {
    PrivateKey key = newKey("EC");

    assertThat(
            PemFiles.privateKey(
                file("Bag Attributes: none\n" + pem("PRIVATE KEY", key.getEncoded()))))
        .isEqualTo(key);
  }

  @Test
  void readsAnRsaKeyInTheOldForm() throws Exception {
    PrivateKey key = newKey("RSA");

    assertThat(PemFiles.privateKey(file(written(key)))).isEqualTo(key);
  }

  /** As {@code openssl ecparam -genkey} writes it. */
  @Test
  void readsAnEcKeyInTheOldFormWithAndWithoutItsCurveInFront() throws Exception {
    String key = CURVE_AND_KEY.substring(CURVE_AND_KEY.indexOf("-----BEGIN EC PRIVATE KEY"));

    PrivateKey alone = PemFiles.privateKey(file(key));

    assertThat(alone.getAlgorithm()).isIn("EC", "ECDSA");
    assertThat(PemFiles.privateKey(file(CURVE_AND_KEY))).isEqualTo(alone);
  }

  @Test
  void readsAnEncryptedKeyWithItsPassphrase() throws Exception {
    PrivateKey key = newKey("EC");
    Path file = file(encrypted(key, "open sesame"));
    Path words = Files.writeString(folder.resolve("words"), "open sesame\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "open barley\n");

    assertThat(
            PemFiles.privateKey(
                Secret.ofFile(file), Optional.of(PemFiles.passphrase(Secret.ofFile(words)))))
        .isEqualTo(key);
    assertThatThrownBy(
            () ->
                PemFiles.privateKey(
                    Secret.ofFile(file), Optional.of(PemFiles.passphrase(Secret.ofFile(wrong)))))
        .hasMessage(file + " cannot be decrypted with its passphrase");
    assertThatThrownBy(() -> PemFiles.privateKey(file))
        .hasMessage(file + " is encrypted; its passphrase is not known");
  }

  @Test
  void refusesAnEmptyPassphrase() throws IOException {
    Path words = Files.writeString(folder.resolve("words"), "\n");

    assertThatThrownBy(() -> PemFiles.passphrase(Secret.ofFile(words)))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessage(words + " has no passphrase in its first line");
  }

  private static String written(Object object) throws IOException {
    var text = new StringWriter();
    try (var writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }

  private static String encrypted(PrivateKey key, String passphrase) throws Exception {
    var encryptor =
        new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
            .setProvider(new BouncyCastleProvider())
            .setPassword(passphrase.toCharArray())
            .setPRF(PKCS8Generator.PRF_HMACSHA256)
            .build();
    return written(new JcaPKCS8Generator(key, encryptor));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n====\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
      })
  void refusesWhatIsNoKey(String text) throws IOException {
    assertRefused(text, "private key in PEM form");
  }

  @Test
  void readsNoFileOfAnyLength() throws IOException {
    Path file = file(" ".repeat(1024 * 1024 + 1));

    assertThatThrownBy(() -> PemFiles.certificates(file))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessage(file + " is larger than 1 MiB");
  }

  private void assertRefused(String text, String sentence) throws IOException {
    Path file = file(text);

    assertThatThrownBy(() -> PemFiles.privateKey(file))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(sentence);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("key.pem"), text);
  }

  private static PrivateKey newKey(String algorithm) throws GeneralSecurityException {
    return KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + what
        + "-----\n";
  }
}
