package dev.flashq.secrets.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.seal.MasterKey;
import dev.flashq.security.seal.MasterKeyProvider;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretSettings;
import dev.flashq.security.secrets.SecretSource;
import dev.flashq.security.secrets.SecretValue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * AWS's own SDK, found and set up as in a node, against a server that speaks Encrypt and Decrypt.
 */
class AwsKmsKeyTest {
  private static final String ID = "1234abcd-12ab-34cd-56ef-1234567890ab";
  private static final byte[] RING = ring();
  private static final String RING_BASE64 = Base64.getEncoder().encodeToString(RING);

  private final FakeKms kms = new FakeKms();
  private final List<MasterKey> keys = new ArrayList<>();
  private FakeAws aws;

  private static byte[] ring() {
    byte[] ring = new byte[32];
    new Random(7).nextBytes(ring);
    return ring;
  }

  @BeforeAll
  static void credentials() {
    FakeAws.credentials();
  }

  @AfterAll
  static void noCredentials() {
    FakeAws.noCredentials();
  }

  @BeforeEach
  void start() throws IOException {
    aws = new FakeAws();
    aws.instead = kms::answer;
    kms.create(ID);
    kms.aliases.put("alias/ring", ID);
  }

  @AfterEach
  void stop() {
    keys.forEach(MasterKey::close);
    aws.close();
  }

  private MasterKey key(String name, String region, String endpoint) throws SecretException {
    var settings =
        new SecretSettings(
            new SecretSettings.Vault("", "", SecretValue.NONE, Optional.empty(), ""),
            new SecretSettings.Aws(region, "", endpoint),
            Duration.ofMinutes(1));
    for (MasterKeyProvider provider : ServiceLoader.load(MasterKeyProvider.class)) {
      if (provider.scheme().equals("aws-kms")) {
        MasterKey key = provider.open(name, settings);
        keys.add(key);
        return key;
      }
    }
    throw new AssertionError("the module is not found");
  }

  private MasterKey key(String name) throws SecretException {
    return key(name, "us-east-1", aws.address());
  }

  private static void fails(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOf(SecretException.class)
        .hasMessage(sentence)
        .hasNoCause()
        .hasMessageNotContaining("the-token")
        .hasMessageNotContaining(RING_BASE64);
  }

  private void answers(int status, String body) {
    aws.instead = null;
    aws.status = status;
    aws.body = body;
  }

  @Test
  void kmsWrapsAndUnwraps() throws SecretException {
    MasterKey key = key(ID);
    byte[] wrapped = key.wrap(RING);
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
    assertThat(key.id()).isEqualTo("aws-kms:" + ID).isEqualTo(key.toString());
    assertThat(aws.asked)
        .extracting(FakeAws.Asked::target)
        .containsExactly("TrentService.Encrypt", "TrentService.Decrypt");
    assertThat(aws.asked)
        .allSatisfy(
            asked -> {
              assertThat(asked.method()).isEqualTo("POST");
              assertThat(asked.body())
                  .contains("\"KeyId\":\"" + ID + "\"")
                  .contains("\"EncryptionContext\":{\"flashq\":\"ring key\"}");
              assertThat(asked.signed())
                  .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
                  .contains("/us-east-1/kms/aws4_request", "Signature=")
                  .doesNotContain("the-key");
            });
    assertThat(aws.asked.getFirst().body()).contains("\"Plaintext\":\"" + RING_BASE64 + "\"");
  }

  @Test
  void knowsAKeyByArnAndByAlias() throws SecretException {
    byte[] wrapped = key(ID).wrap(RING);
    for (String name : new String[] {FakeKms.arn(ID), "alias/ring"}) {
      MasterKey key = key(name);
      assertThat(key.unwrap(wrapped)).isEqualTo(RING);
      assertThat(key.unwrap(key.wrap(RING))).isEqualTo(RING);
      assertThat(key.id()).isEqualTo("aws-kms:" + name);
    }
  }

  @Test
  void unwrapsNothingOfAnotherKey() throws SecretException {
    kms.create("another");
    byte[] foreign = key("another").wrap(RING);
    fails(
        () -> key(ID).unwrap(foreign),
        "it was wrapped by another key, or has been changed (IncorrectKeyException)");

    MasterKey alias = key("alias/ring");
    byte[] wrapped = alias.wrap(RING);
    kms.aliases.put("alias/ring", "another");
    fails(
        () -> alias.unwrap(wrapped),
        "it was wrapped by another key, or has been changed (IncorrectKeyException)");
  }

  @Test
  void noticesWhatWasChanged() throws SecretException {
    MasterKey key = key(ID);
    byte[] wrapped = key.wrap(RING);
    wrapped[wrapped.length - 1] ^= 1;
    fails(
        () -> key.unwrap(wrapped),
        "it was wrapped by another key, or has been changed (InvalidCiphertextException)");
    aws.asked.clear();
    for (int length : new int[] {0, MasterKey.WRAPPED_BYTES + 1}) {
      fails(
          () -> key.unwrap(new byte[length]),
          "what was wrapped is nothing that AWS KMS has encrypted");
    }
    assertThatThrownBy(() -> key.wrap(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    assertThat(aws.asked).isEmpty();
  }

  @Test
  void tellsOfADenialAndWorksAgainAfterwards() throws SecretException {
    MasterKey key = key(ID);
    byte[] wrapped = key.wrap(RING);
    kms.denied.add("Decrypt");
    fails(() -> key.unwrap(wrapped), "AWS KMS denies it or fails: AccessDeniedException");
    kms.denied.add("Encrypt");
    fails(() -> key.wrap(RING), "AWS KMS denies it or fails: AccessDeniedException");
    kms.denied.clear();
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
  }

  @Test
  void tellsOfAKeyThatIsNotThereOrAsleep() throws SecretException {
    fails(() -> key("alias/none").wrap(RING), "AWS KMS has no such key (NotFoundException)");
    kms.disabled.add(ID);
    fails(
        () -> key(ID).wrap(RING),
        "the key is disabled in AWS KMS, or is to be deleted there (DisabledException)");
  }

  @ParameterizedTest
  @CsvSource({
    "400,KMSInvalidStateException,'the key is disabled in AWS KMS, or is to be deleted there (KMSInvalidStateException)'",
    "400,InvalidKeyUsageException,AWS KMS denies it or fails: InvalidKeyUsageException",
    "400,ExpiredTokenException,AWS KMS denies it or fails: ExpiredTokenException",
    "500,KMSInternalException,AWS KMS denies it or fails: KMSInternalException",
    "403,the-token with more words,AWS KMS denies it or fails: status 403"
  })
  void tellsOfAFailure(int status, String type, String sentence) throws SecretException {
    MasterKey key = key(ID);
    byte[] wrapped = key.wrap(RING);
    answers(status, FakeAws.failure(type));
    fails(() -> key.unwrap(wrapped), sentence);
    fails(() -> key.wrap(RING), sentence);
    aws.instead = kms::answer;
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "the-token",
        "[\"the-token\"]",
        "{\"CiphertextBlob\":null,\"Plaintext\":null}",
        "{\"CiphertextBlob\":\"\",\"Plaintext\":\"\"}",
        "{\"CiphertextBlob\":\"the-token\",\"Plaintext\":\"the-token\"}",
        "{\"CiphertextBlob\":\"AA"
      })
  void takesNoAnswerThatIsNone(String body) throws SecretException {
    MasterKey key = key(ID);
    byte[] wrapped = key.wrap(RING);
    answers(200, body);
    for (ThrowingCallable call :
        new ThrowingCallable[] {() -> key.wrap(RING), () -> key.unwrap(wrapped)}) {
      assertThatThrownBy(call)
          .isInstanceOf(SecretException.class)
          .hasMessageStartingWith("AWS KMS ")
          .hasMessageNotContaining("the-token")
          .hasNoCause();
    }
  }

  /** Another key would open nothing and could be known to somebody. */
  @Test
  void takesNoKeyOfAnotherLength() throws SecretException {
    MasterKey key = key(ID);
    byte[] wrapped = key.wrap(RING);
    for (int length : new int[] {1, 16, 31, 33, 64}) {
      String other = Base64.getEncoder().encodeToString(new byte[length]);
      answers(200, "{\"Plaintext\":\"" + other + "\"}");
      fails(() -> key.unwrap(wrapped), "AWS KMS answers with no key of 32 bytes");
    }
  }

  @Test
  void takesNoLargeAnswer() throws SecretException {
    MasterKey key = key(ID);
    byte[] large = new byte[MasterKey.WRAPPED_BYTES + 1];
    answers(200, "{\"CiphertextBlob\":\"" + Base64.getEncoder().encodeToString(large) + "\"}");
    fails(() -> key.wrap(RING), "AWS KMS answers with 8193 bytes in place of a wrapped key");
    answers(200, "{\"CiphertextBlob\":\"" + "A".repeat(SecretSource.ANSWER_BYTES) + "\"}");
    assertThatThrownBy(() -> key.wrap(RING))
        .isInstanceOf(SecretException.class)
        .hasMessageStartingWith("AWS KMS cannot be asked: ");
  }

  @Test
  void waitsForNoAnswerThatDoesNotEnd() throws SecretException {
    MasterKey key = key(ID);
    aws.instead = aws::drip;
    long start = System.nanoTime();
    fails(() -> key.wrap(RING), "AWS KMS has not answered within 10 seconds");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
  }

  @Test
  void tellsOfAnOutage() throws SecretException {
    MasterKey key = key(ID);
    byte[] wrapped = key.wrap(RING);
    aws.close();
    fails(
        () -> key.unwrap(wrapped),
        "AWS KMS cannot be asked: SdkClientException (ConnectException)");
  }

  @Test
  void saysWhichSettingsItTakes() {
    fails(
        () -> key(ID, "", aws.address()),
        "references to AWS take aws.region, such as us-east-1 (AWS_REGION is read too)");
    fails(
        () -> key(ID, "us-east-1", "http://example.com"),
        "aws.kms-endpoint is not an address as https://store.example.com:8200; http is for this machine only");
  }
}
