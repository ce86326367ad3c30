package dev.flashq.security.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.seal.MasterKeyReference.Held;
import dev.flashq.security.seal.MasterKeyReference.InTransit;
import dev.flashq.security.seal.MasterKeyReference.Provided;
import dev.flashq.security.secrets.SecretReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterKeyReferenceTest {
  private static void means(String text, MasterKeyReference key, String shown) {
    assertThat(MasterKeyReference.parse(text)).isEqualTo(key).hasToString(shown);
  }

  @Test
  void tellsWhichKeyIsMeant() {
    means(
        "vault-transit:orders", new InTransit("transit", "orders"), "vault-transit:transit/orders");
    means(
        "Vault-Transit:team/keys/orders-2.x",
        new InTransit("team/keys", "orders-2.x"),
        "vault-transit:team/keys/orders-2.x");
    for (String key :
        new String[] {
          "1234abcd-12ab-34cd-56ef-1234567890ab",
          "mrk-1234abcd12ab34cd56ef1234567890ab",
          "alias/flashq_ring",
          "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
          "arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/flashq"
        }) {
      means("aws-kms:" + key, new Provided("aws-kms", key), "aws-kms:" + key);
    }
    for (String text :
        new String[] {
          "file:/run/secrets/master", "env:MASTER", "vault:secret/data/x#key", "aws-secret:a#b"
        }) {
      means(text, new Held(SecretReference.parse(text).orElseThrow()), text);
    }
  }

  /** What is no reference may be the key itself. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "6b6579",
        "/etc/key",
        "vault-transit:",
        "vault-transit:/orders",
        "vault-transit:transit/",
        "vault-transit:transit//orders",
        "vault-transit:transit/../orders",
        "vault-transit:./orders",
        "vault-transit:.orders",
        "vault-transit:orders?x=1",
        "vault-transit:orders\n",
        "vault-transit:a b",
        "aws-kms:",
        "aws-kms:alias/a b",
        "aws-kms:a#b",
        "aws-kms:a\nb",
        "file:key",
        "env:1X",
        "vault:secret/x#y"
      })
  void saysWhatIsExpected(String text) {
    assertThatThrownBy(() -> MasterKeyReference.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(vault-transit|aws-kms|file|env|vault):.*");
  }

  @Test
  void showsNothingOfWhatIsNoReference() {
    assertThatThrownBy(() -> MasterKeyReference.parse("c2VjcmV0LWtleQ=="))
        .hasMessageNotContaining("c2Vj");
    assertThatThrownBy(() -> MasterKeyReference.parse("aws-kms:" + "a".repeat(451)))
        .hasMessage("a name of at most 450 characters");
  }
}
