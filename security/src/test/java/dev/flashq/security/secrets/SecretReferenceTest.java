package dev.flashq.security.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.secrets.SecretReference.InEnvironment;
import dev.flashq.security.secrets.SecretReference.InFile;
import dev.flashq.security.secrets.SecretReference.InStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretReferenceTest {
  private static void stands(String text, SecretReference at) {
    assertThat(SecretReference.parse(text)).contains(at);
    assertThat(SecretValue.parse(text)).isEqualTo(new SecretValue.At(at));
    assertThat(SecretValue.parse(text).toString()).isEqualToIgnoringCase(text);
  }

  @Test
  void tellsWhereASecretStands() {
    stands("file:/etc/secrets/token", new InFile(Path.of("/etc/secrets/token")));
    stands("File:secrets/token", new InFile(Path.of("secrets/token")));
    stands("env:MY_TOKEN", new InEnvironment("MY_TOKEN"));
    stands("vault:secret/data/flashq#token", new InStore("vault", "secret/data/flashq", "token"));
    stands("VAULT:a/b/data/c/d#x-y", new InStore("vault", "a/b/data/c/d", "x-y"));
    stands(
        "aws-secret:flashq/production/token",
        new InStore("aws-secret", "flashq/production/token", ""));
    stands(
        "aws-secret:arn:aws:secretsmanager:us-east-1:123456789012:secret:a/b-AbCdEf#token",
        new InStore(
            "aws-secret",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:a/b-AbCdEf",
            "token"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "12345678",
        "web:a-good-token",
        "vaults:12345678",
        "/etc/file:x",
        " env:X",
        "fileX:1"
      })
  void allElseIsASecretItself(String text) {
    assertThat(SecretReference.parse(text)).isEmpty();
    assertThat(SecretValue.parse(text)).isEqualTo(new SecretValue.Plain(text));
    assertThat(SecretValue.parse(text)).hasToString("***");
  }

  @Test
  void aSecretThatBeginsLikeAReferenceIsMarked() {
    assertThat(SecretValue.parse("literal:vault:12345678"))
        .isEqualTo(new SecretValue.Plain("vault:12345678"));
    assertThat(SecretValue.parse("literal:literal:1"))
        .isEqualTo(new SecretValue.Plain("literal:1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:",
        "file:12345678",
        "env:",
        "env:1X",
        "env:A-B",
        "vault:",
        "vault:12345678",
        "vault:secret/flashq#token",
        "vault:data/flashq#token",
        "vault:secret/data/flashq",
        "vault:secret/data/flashq#",
        "vault:secret/data/#token",
        "vault:secret/data/../x#token",
        "vault:secret/data/./x#token",
        "vault:/secret/data/x#token",
        "vault:secret/data/x?version=1#token",
        "vault:secret/data/x#a b",
        "vault:secret/data/x#a#b",
        "vault:secret/data/x\n#a",
        "aws-secret:",
        "aws-secret:a b",
        "aws-secret:a#",
        "aws-secret:a#b#c",
        "aws-secret:a\nb"
      })
  void saysWhatIsExpectedOfAReference(String text) {
    assertThatThrownBy(() -> SecretValue.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(text.substring(0, text.indexOf(':') + 1));
  }

  @Test
  void aPlaceHasALimit() {
    assertThatThrownBy(() -> SecretReference.parse("aws-secret:" + "a".repeat(513)))
        .hasMessageContaining("at most 512 characters");
  }
}
