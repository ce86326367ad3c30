package dev.flashq.transport.wire;

import dev.flashq.protocol.option.PushOption;
import dev.flashq.protocol.wire.NameTable;
import dev.flashq.protocol.wire.WireField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every field that a request, an item of a batch, or a nested option object may have besides the
 * push options, with its aliases.
 */
enum Field implements WireField {
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
  /** Only inside a limit and a push quota: {@code {"max":100,"duration":1000}}. */
  MAX("max"),
  DURATION("duration"),
  /** Of a quota, and inside a backoff: {@code {"type":"fixed","delay":1000}}. */
  TYPE("type"),
  /** Of tokens, roles and certificates. */
  NAME("name"),
  ROLES("roles"),
  EXPIRES("expires"),
  OVERLAP("overlap"),
  QUEUES("queues"),
  OPERATIONS("operations"),
  DENY("deny"),
  TOKEN_NAME("token_name"),
  OP("op"),
  /** Of quotas. */
  PUSHES("pushes"),
  LIMITS("limits"),
  CONNECTIONS("connections"),
  WAITS("waits"),
  BYTES("bytes"),
  /** Of the audit trail. */
  FROM("from"),
  TO("to"),
  USER("user"),
  ACTION("action"),
  ACTIONS("actions"),
  SUCCESS("success"),
  CURSOR("cursor"),
  RULES("rules"),
  KEEP("keep"),
  KEEP_BYTES("keep_bytes"),
  WHEN_FULL("when_full"),
  RECORD("record"),
  /** Of what is said about data. */
  SCHEMA("schema"),
  MODE("mode"),
  ENCRYPTED_ONLY("encrypted_only"),
  FORBIDDEN_FIELDS("forbidden_fields"),
  NO_CARD_NUMBERS("no_card_numbers"),
  NO_NAMES("no_names"),
  MAX_BYTES("max_bytes"),
  /** Of what is kept. */
  COMPLETED_AGE("completed_age"),
  COMPLETED_COUNT("completed_count"),
  DEAD_AGE("dead_age"),
  DEAD_COUNT("dead_count"),
  /** Of erasures. */
  FIELD("field"),
  EQUALS("equals"),
  SET("set"),
  DELETE("delete"),
  STATES("states"),
  DRY_RUN("dry_run"),
  /** No field of ours. */
  OTHER();

  /** These fields and behind them the push options: a field's number is its place. */
  private static final List<WireField> ALL = all();

  static final NameTable NAMES = table();

  private final List<String> names;

  Field(String... names) {
    this.names = List.of(names);
  }

  @Override
  public List<String> names() {
    return names;
  }

  static WireField at(int number) {
    return number == NameTable.UNKNOWN ? OTHER : ALL.get(number);
  }

  private static List<WireField> all() {
    var all = new ArrayList<WireField>(List.of(values()));
    all.addAll(PushOption.ALL);
    return List.copyOf(all);
  }

  private static NameTable table() {
    Map<String, Integer> numbers = new HashMap<>();
    for (int number = 0; number < ALL.size(); number++) {
      for (String name : ALL.get(number).names()) {
        numbers.put(name, number);
      }
    }
    return new NameTable(numbers);
  }
}
