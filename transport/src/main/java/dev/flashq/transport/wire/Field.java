package dev.flashq.transport.wire;

import dev.flashq.protocol.wire.NameTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every field that a request, an item of a batch, or a nested option object may have, with its
 * aliases.
 */
enum Field {
  CMD("cmd"),
  REQ_ID("reqId"),
  QUEUE("queue"),
  DATA("data"),
  RESULT("result"),
  ID("id"),
  IDS("ids"),
  JOBS("jobs"),
  ACKS("acks"),
  LEASE("lease"),
  COUNT("count"),
  TIMEOUT("timeout"),
  ERROR("error"),
  PROGRESS("progress"),
  MESSAGE("message"),
  LIMIT("limit"),
  OFFSET("offset"),
  STATE("state"),
  GRACE("grace"),
  TOKEN("token"),
  REQUEST_ID("request_id"),
  CLIENT_ID("client_id"),
  CLIENT_SEQ("client_seq"),
  CLIENT_SETTLED("client_settled"),
  /** A custom id, and on some commands of the TypeScript client the job's number. */
  JOB_ID("job_id", "jobId", "customId", "custom_id"),
  PRIORITY("priority"),
  DELAY("delay"),
  TTL("ttl"),
  MAX_ATTEMPTS("max_attempts"),
  BACKOFF("backoff"),
  UNIQUE_KEY("unique_key"),
  DEPENDS_ON("depends_on"),
  TAGS("tags"),
  LIFO("lifo"),
  REMOVE_ON_COMPLETE("remove_on_complete"),
  REMOVE_ON_FAIL("remove_on_fail"),
  STALL_TIMEOUT("stall_timeout"),
  DEBOUNCE_ID("debounce_id"),
  DEBOUNCE_TTL("debounce_ttl"),
  KEEP_COMPLETED_AGE("keep_completed_age", "keepCompletedAge"),
  KEEP_COMPLETED_COUNT("keep_completed_count", "keepCompletedCount"),
  GROUP_ID("group_id"),
  /** Only inside a limit: {@code {"max":100,"duration":1000}}. */
  MAX("max"),
  DURATION("duration"),
  /** Only inside a backoff: {@code {"type":"fixed","delay":1000}}. */
  TYPE("type"),
  /** No field of ours. */
  OTHER();

  private static final List<Field> ALL = List.of(values());
  static final NameTable NAMES = table();

  private final List<String> names;

  Field(String... names) {
    this.names = List.of(names);
  }

  /** The name in sentences. */
  String wireName() {
    return names.isEmpty() ? "" : names.getFirst();
  }

  static Field at(int number) {
    return number == NameTable.UNKNOWN ? OTHER : ALL.get(number);
  }

  private static NameTable table() {
    Map<String, Integer> numbers = new HashMap<>();
    for (Field field : values()) {
      field.names.forEach(name -> numbers.put(name, field.ordinal()));
    }
    return new NameTable(numbers);
  }
}
