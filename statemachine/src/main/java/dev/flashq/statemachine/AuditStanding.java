package dev.flashq.statemachine;

/**
 * How far the audit trail has come.
 *
 * @param records number of the latest record; 0: there is none
 * @param exported number of the last one that has been written out; 0: none has
 * @param exportedMs its time, Unix ms
 */
public record AuditStanding(long records, long exported, long exportedMs) {}
