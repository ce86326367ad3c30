package dev.flashq.statemachine;

import com.google.protobuf.ByteString;

/**
 * With what heads of the audit trail are signed: Ed25519.
 *
 * @param publicHalf X.509
 * @param privateHalf PKCS#8; shown to nobody
 */
public record AuditKey(ByteString publicHalf, ByteString privateHalf) {
  @Override
  public String toString() {
    return "AuditKey";
  }
}
