package dev.flashq.client;

import dev.flashq.protocol.option.PushOption;
import dev.flashq.protocol.wire.FieldName;
import java.util.List;

/** Request fields, encoded once. */
final class Fields {
  static final FieldName CMD = FieldName.of("cmd");
  static final FieldName REQ_ID = FieldName.of("reqId");
  static final FieldName CLIENT_ID = FieldName.of("client_id");
  static final FieldName CLIENT_SEQ = FieldName.of("client_seq");
  static final FieldName CLIENT_SETTLED = FieldName.of("client_settled");
  static final FieldName TOKEN = FieldName.of("token");
  static final FieldName QUEUE = FieldName.of("queue");
  static final FieldName DATA = FieldName.of("data");
  static final FieldName JOBS = FieldName.of("jobs");
  static final FieldName COUNT = FieldName.of("count");
  static final FieldName TIMEOUT = FieldName.of("timeout");
  static final FieldName ID = FieldName.of("id");
  static final FieldName LEASE = FieldName.of("lease");
  static final FieldName RESULT = FieldName.of("result");
  static final FieldName ACKS = FieldName.of("acks");
  static final FieldName ERROR = FieldName.of("error");
  static final FieldName PROGRESS = FieldName.of("progress");
  static final FieldName MESSAGE = FieldName.of("message");
  static final FieldName DELAY = FieldName.of("delay");
  static final FieldName LIMIT = FieldName.of("limit");
  static final FieldName MAX = FieldName.of("max");
  static final FieldName DURATION = FieldName.of("duration");
  static final FieldName TYPE = FieldName.of("type");
  static final FieldName STATE = FieldName.of("state");
  static final FieldName CURSOR = FieldName.of("cursor");
  static final FieldName GRACE = FieldName.of("grace");
  static final FieldName FIELD = FieldName.of("field");
  static final FieldName EQUALS = FieldName.of("equals");
  static final FieldName SET = FieldName.of("set");
  static final FieldName DELETE = FieldName.of("delete");
  static final FieldName QUEUES = FieldName.of("queues");
  static final FieldName STATES = FieldName.of("states");
  static final FieldName DRY_RUN = FieldName.of("dry_run");
  static final FieldName COMPLETED_AGE = FieldName.of("completed_age");
  static final FieldName COMPLETED_COUNT = FieldName.of("completed_count");
  static final FieldName DEAD_AGE = FieldName.of("dead_age");
  static final FieldName DEAD_COUNT = FieldName.of("dead_count");

  /** The push options, by their place. */
  private static final List<FieldName> OPTIONS =
      PushOption.ALL.stream().map(option -> FieldName.of(option.wireName())).toList();

  private Fields() {}

  static FieldName of(PushOption option) {
    return OPTIONS.get(option.ordinal());
  }
}
