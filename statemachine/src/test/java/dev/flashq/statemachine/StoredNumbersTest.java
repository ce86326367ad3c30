package dev.flashq.statemachine;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.timer.TimerKind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Numbers in the log and in rows: a line is added for what is new, and none is ever changed. */
class StoredNumbersTest {
  @Test
  void statesOfJobs() {
    assertThat(
            Arrays.stream(JobState.values())
                .map(state -> state.number() + " " + state)
                .collect(joining("\n")))
        .isEqualTo(
            """
            0 WAITING
            1 DELAYED
            2 ACTIVE
            3 COMPLETED
            4 FAILED
            5 WAITING_CHILDREN""");
    for (JobState state : JobState.values()) {
      assertThat(JobState.of(state.number())).isEqualTo(state);
    }
    assertThat(JobState.of(-1)).isNull();
  }

  /** Columns are known by their place, and the names of their families by theirs. */
  @Test
  void columns() {
    assertThat(Arrays.stream(Column.values()).map(Column::name))
        .containsExactly(
            "META",
            "QUEUES",
            "JOBS",
            "PAYLOADS",
            "READY",
            "GROUPED",
            "GROUPS",
            "DELAYED",
            "ACTIVE",
            "COMPLETED",
            "DEAD",
            "BLOCKED",
            "DEPENDENTS",
            "TIMERS",
            "UNIQUE_KEYS",
            "CUSTOM_IDS",
            "DEBOUNCE",
            "CLIENTS",
            "COMPLETED_AGED",
            "COMPLETED_IDS",
            "ANSWERS",
            "ACCOUNTS",
            "CLIENTS_HEARD",
            "CREDENTIALS",
            "ROLES",
            "AUDIT",
            "SETTINGS",
            "QUOTAS",
            "AUDIT_HEADS",
            "SCHEMAS",
            "DATA_POLICIES",
            "ERASURES",
            "RETENTIONS",
            "NAMESPACES",
            "DATA_KEYS",
            "SUBJECT_KEYS",
            "SUBJECTS");
  }

  /** Timers are stored under the place of their kind. */
  @Test
  void kindsOfTimers() {
    assertThat(Arrays.stream(TimerKind.values()).map(TimerKind::name))
        .containsExactly(
            "DELAY",
            "EXPIRY",
            "RETENTION",
            "DEBOUNCE",
            "SILENT_CLIENTS",
            "DEPENDENTS",
            "DEPENDENTS_OF_FAILED",
            "IDLE_QUEUE",
            "CREDENTIAL_END",
            "AUDIT_RETENTION",
            "RETENTION_SWEEP",
            "UNUSED_SUBJECT");
  }

  @Test
  void encodings() {
    assertThat(
            Arrays.stream(Payload.Encoding.values())
                .map(encoding -> encoding.number() + " " + encoding)
                .collect(joining("\n")))
        .isEqualTo(
            """
            0 JSON
            1 MESSAGE_PACK
            2 SEALED
            3 TEXT""");
    for (Payload.Encoding encoding : Payload.Encoding.values()) {
      assertThat(Payload.Encoding.of(encoding.number())).isEqualTo(encoding);
    }
    assertThat(Payload.Encoding.of(-1)).isNull();
  }

  @Test
  void reasons() {
    assertThat(
            Arrays.stream(Reason.values())
                .map(reason -> reason.number() + " " + reason.code() + " " + reason)
                .collect(joining("\n")))
        .isEqualTo(
            """
            1 JOB_NOT_FOUND UNKNOWN
            2 JOB_NOT_FOUND NOT_HELD
            3 JOB_NOT_FOUND NO_PROGRESS
            4 JOB_NOT_FOUND NOT_DEAD
            5 JOB_NOT_FOUND NOTHING_TO_PRIORITIZE
            6 JOB_NOT_FOUND NOTHING_TO_PROMOTE
            7 JOB_NOT_FOUND NOTHING_TO_DISCARD
            8 WRONG_STATE ENDED_BEFORE_CANCEL
            9 WRONG_STATE ENDED_BEFORE_PRIORITY
            10 WRONG_STATE NOT_DELAYED
            11 WRONG_STATE ENDED_BEFORE_DISCARD
            12 LEASE_LOST LEASE_ENDED
            13 DUPLICATE_KEY KEY_HELD
            14 DEBOUNCED PUSHED_RECENTLY
            15 INVALID_REQUEST AWAITS_UNBORN
            16 WRONG_STATE AWAITS_FAILED
            17 WRONG_STATE AWAITS_GONE
            18 FORBIDDEN FOR_THE_LEADER
            19 FEATURE_LEVEL LEVEL_REACHED
            20 BATCH_TOO_LARGE TOO_MANY_ITEMS
            21 REQUEST_ID_EXPIRED ANSWER_NOT_KEPT
            22 FORBIDDEN NOT_PERMITTED
            23 FORBIDDEN NOT_PERMITTED_ON_CLUSTER
            24 UNAUTHENTICATED NO_CREDENTIAL
            25 WRONG_STATE NAME_TAKEN
            26 TOKEN_NOT_FOUND NO_TOKEN
            27 ROLE_NOT_FOUND NO_ROLE
            28 RATE_LIMITED RATE_EXCEEDED
            29 VALIDATION_ERROR DATA_REFUSED
            30 SERVICE_UNAVAILABLE DATA_RULES_CHANGED
            31 ERASURE_NOT_FOUND NO_ERASURE
            32 WRONG_STATE NOT_ENCRYPTED""");
    for (Reason reason : Reason.values()) {
      assertThat(Reason.of(reason.number())).isEqualTo(reason);
    }
    assertThat(Reason.of(0)).isNull();
  }

  @Test
  void auditActions() {
    assertThat(
            Arrays.stream(AuditAction.values())
                .map(action -> action.number() + " " + action.word())
                .collect(joining(", ")))
        .isEqualTo(
            "1 push, 2 pull, 3 ack, 4 fail, 5 progress, 6 heartbeat, 7 cancel, 8 update,"
                + " 9 changePriority, 10 moveToDelayed, 11 promote, 12 discard, 13 pause,"
                + " 14 resume, 15 drain, 16 setRateLimit, 17 clearRateLimit, 18 setConcurrency,"
                + " 19 clearConcurrency, 20 retryDlq, 21 clean, 22 obliterate, 23 setClock,"
                + " 24 createToken, 25 rotateToken, 26 expireToken, 27 revokeToken, 28 putRole,"
                + " 29 dropRole, 30 bindCertificate, 31 listTokens, 32 setAuditPolicy,"
                + " 33 setQuota, 34 setSchema, 35 setDataPolicy, 36 erase, 37 cancelErasure, 38 erased, 39 setRetention, 40 login, 41 getJob, 42 getJobs, 43 getDlq, 44 listQueues, 45 getAccess,"
                + " 46 getAudit, 47 getDataRules, 48 getErasures,"
                + " 50 setEncryption, 51 stopEncryption, 52 destroyKeys, 53 destroySubject,"
                + " 54 beginRing, 55 getEncryption");
    for (AuditAction action : AuditAction.values()) {
      assertThat(AuditAction.of(action.number())).isEqualTo(action);
      assertThat(AuditAction.of(action.word())).isEqualTo(action);
    }
  }

  @Test
  void operations() {
    assertThat(
            Arrays.stream(Operation.values())
                .map(operation -> operation.number() + " " + operation.word())
                .collect(joining("\n")))
        .isEqualTo(
            """
            1 push
            2 pull
            3 ack
            4 fail
            5 progress
            6 getJob
            7 cancel
            8 admin
            9 security
            10 audit""");
    for (Operation operation : Operation.values()) {
      assertThat(Operation.of(operation.number())).isEqualTo(operation);
    }
    assertThat(Operation.of(0)).isNull();
  }
}
