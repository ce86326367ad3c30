package dev.flashq.secrets.aws;

import dev.flashq.security.seal.MasterKey;
import dev.flashq.security.seal.MasterKeyReference;
import dev.flashq.security.secrets.SecretException;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;

/** A symmetric key of AWS KMS, which never leaves KMS. */
final class AwsKmsKey implements MasterKey {
  private static final String OF_ANOTHER_KEY = "it was wrapped by another key, or has been changed";
  private static final String ASLEEP = "the key is disabled in AWS KMS, or is to be deleted there";
  private static final AwsCalls CALLS =
      new AwsCalls(
          "AWS KMS",
          Map.of(
              "NotFoundException", "AWS KMS has no such key",
              "DisabledException", ASLEEP,
              "KMSInvalidStateException", ASLEEP,
              "IncorrectKeyException", OF_ANOTHER_KEY,
              "InvalidCiphertextException", OF_ANOTHER_KEY));

  /** Must be the same at both; AWS's trail shows it, and its policies may ask for it. */
  private static final Map<String, String> CONTEXT = Map.of("flashq", "ring key");

  private final KmsClient client;
  private final String key;

  private AwsKmsKey(KmsClient client, String key) {
    this.client = client;
    this.key = key;
  }

  static AwsKmsKey open(String key, AwsPlace place) {
    return new AwsKmsKey(AwsCalls.limited(KmsClient.builder(), place).build(), key);
  }

  @Override
  public String id() {
    return MasterKeyReference.AWS_KMS + ":" + key;
  }

  @Override
  public byte[] wrap(byte[] plain) throws SecretException {
    MasterKey.requireKey(plain);
    byte[] wrapped = bytes(CALLS.ask(() -> encrypted(plain)));
    if (wrapped.length == 0 || wrapped.length > WRAPPED_BYTES) {
      throw new SecretException(
          "AWS KMS answers with " + wrapped.length + " bytes in place of a wrapped key");
    }
    return wrapped;
  }

  private @Nullable SdkBytes encrypted(byte[] plain) {
    return client
        .encrypt(
            request ->
                request
                    .keyId(key)
                    .plaintext(SdkBytes.fromByteArrayUnsafe(plain))
                    .encryptionContext(CONTEXT))
        .ciphertextBlob();
  }

  @Override
  public byte[] unwrap(byte[] wrapped) throws SecretException {
    if (wrapped.length == 0 || wrapped.length > WRAPPED_BYTES) {
      throw new SecretException("what was wrapped is nothing that AWS KMS has encrypted");
    }
    byte[] plain = bytes(CALLS.ask(() -> decrypted(wrapped)));
    if (plain.length != KEY_BYTES) {
      Arrays.fill(plain, (byte) 0);
      throw new SecretException("AWS KMS answers with no key of " + KEY_BYTES + " bytes");
    }
    return plain;
  }

  /** KMS needs no name of the key here: without it a key of somebody else's would do as well. */
  private @Nullable SdkBytes decrypted(byte[] wrapped) {
    return client
        .decrypt(
            request ->
                request
                    .keyId(key)
                    .ciphertextBlob(SdkBytes.fromByteArrayUnsafe(wrapped))
                    .encryptionContext(CONTEXT))
        .plaintext();
  }

  private static byte[] bytes(@Nullable SdkBytes answered) {
    return answered == null ? new byte[0] : answered.asByteArrayUnsafe();
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return id();
  }
}
