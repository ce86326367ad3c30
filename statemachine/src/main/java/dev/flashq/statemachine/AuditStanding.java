package dev.flashq.statemachine;

import org.jspecify.annotations.Nullable;

/**
 * How far the audit trail has come.
 *
 * @param records number of the latest record; 0: there is none
 * @param head the latest block; null while there is none of a level that signs
 * @param first number of its first record
 * @param signed number of the last record that a signed head covers; 0: none is
 * @param signedMs when it was signed, Unix ms
 * @param key null: there is none yet
 * @param exported number of the last record that has been written out; 0: none has
 * @param exportedMs its time, Unix ms
 */
public record AuditStanding(
    long records,
    @Nullable AuditHead head,
    long first,
    long signed,
    long signedMs,
    @Nullable AuditKey key,
    long exported,
    long exportedMs) {
  public static final AuditStanding NOTHING = new AuditStanding(0, null, 0, 0, 0, null, 0, 0);
}
