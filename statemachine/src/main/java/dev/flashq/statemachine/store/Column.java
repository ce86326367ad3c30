package dev.flashq.statemachine.store;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The column families. Their order is that of their creation and is part of every snapshot: add at
 * the end.
 */
public enum Column {
  /** One row of counters, and a row per proposing node. RocksDB's own default family. */
  META("default"),
  /** Queue name to its settings and counts. */
  QUEUES,
  /** Job id to its header. */
  JOBS(7),
  /** Job id and part to data or result. */
  PAYLOADS(7),
  /** Queue, priority, number to job id: the order of delivery. */
  READY(19),
  /** Queue, group, priority, number to job id: ready jobs behind the front of their group. */
  GROUPED,
  /** Queue and group id to the group. */
  GROUPS,
  /** Queue, due time, job id. */
  DELAYED,
  /** Queue, job id to the end of the lease. */
  ACTIVE(11),
  /**
   * Queue, expiry, job id; of jobs that are kept as long as all, so in the order of completion too.
   */
  COMPLETED(11),
  /** Queue, time of death, job id. */
  DEAD,
  /** Queue, job id: jobs that wait for others. */
  BLOCKED,
  /** Awaited job id, waiting job id. */
  DEPENDENTS,
  /** Due time, kind and subject. */
  TIMERS,
  /** Queue and unique key to job id. */
  UNIQUE_KEYS,
  /** Custom id and queue to job id. */
  CUSTOM_IDS,
  /** Queue and debounce id to the end of the window. */
  DEBOUNCE,
  /** Client to what is kept of its requests, the newest answer with it. */
  CLIENTS,
  /** Queue, time of completion, job id; of jobs with an age of their own, which a timer ends. */
  COMPLETED_AGED(11),
  /** Number of a thousand job ids to a bit each: those that have completed and are gone. */
  COMPLETED_IDS,
  /** Client and the greatest sequence in an entry to how many answers, and the answers. */
  ANSWERS,
  /** Principal to what the answers to its clients take. */
  ACCOUNTS,
  /** Principal, the time when a client was heard, a number to the client. */
  CLIENTS_HEARD,
  /** Number of a token or of a client certificate to what is known of it. */
  CREDENTIALS,
  /** Name of a role to its permissions: a Role message of the log. */
  ROLES,
  /** Time and number of its first record to a block of the audit trail. */
  AUDIT,
  /** Name of a setting of the cluster to its value, a message of the log. */
  SETTINGS,
  /** Owner and name to a quota, and what of it is used up. */
  QUOTAS,
  /**
   * Time and number of its last record to a signed head of the audit trail, a message of the log.
   */
  AUDIT_HEADS,
  /** Pattern of queues to a schema for their data. */
  SCHEMAS,
  /** Pattern of queues to a policy for their data, a message of the log. */
  DATA_POLICIES,
  /** Number of an erasure to how far it is. */
  ERASURES,
  /** Pattern of queues to what is kept of jobs that have ended, a message of the log. */
  RETENTIONS,
  /** Pattern of queues to the number of the key under which their payloads are sealed. */
  NAMESPACES,
  /** Number of a key, but for those of data subjects, to the key, wrapped. */
  DATA_KEYS,
  /** Number of the key of a data subject to the key, wrapped. */
  SUBJECT_KEYS,
  /** Hash of a data subject's name to the number of its key. */
  SUBJECTS;

  private final String family;
  private final int stretchBytes;

  Column() {
    this(0);
  }

  Column(int stretchBytes) {
    this.family = name().toLowerCase(Locale.ROOT);
    this.stretchBytes = stretchBytes;
  }

  Column(String family) {
    this.family = family;
    this.stretchBytes = 0;
  }

  byte[] family() {
    return family.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Bytes at the front of a key that it shares with those written shortly before and after it; 0
   * where keys come in no order.
   */
  int stretchBytes() {
    return stretchBytes;
  }
}
