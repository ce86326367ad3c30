package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Base64;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemFilesTest {
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
  void saysHowToConvertAKeyInTheOldForm() throws Exception {
    var text = new StringWriter();
    try (var writer = new JcaPEMWriter(text)) {
      writer.writeObject(newKey("EC"));
    }

    assertRefused(text.toString(), "convert it with openssl pkcs8 -topk8");
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
