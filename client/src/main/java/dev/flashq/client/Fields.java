package dev.flashq.client;

import dev.flashq.protocol.wire.FieldName;

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
  static final FieldName PRIORITY = FieldName.of("priority");
  static final FieldName DELAY = FieldName.of("delay");
  static final FieldName TTL = FieldName.of("ttl");
  static final FieldName MAX_ATTEMPTS = FieldName.of("max_attempts");
  static final FieldName BACKOFF = FieldName.of("backoff");
  static final FieldName UNIQUE_KEY = FieldName.of("unique_key");
  static final FieldName JOB_ID = FieldName.of("job_id");
  static final FieldName GROUP_ID = FieldName.of("group_id");
  static final FieldName TAGS = FieldName.of("tags");
  static final FieldName DEPENDS_ON = FieldName.of("depends_on");
  static final FieldName LIFO = FieldName.of("lifo");
  static final FieldName REMOVE_ON_COMPLETE = FieldName.of("remove_on_complete");
  static final FieldName REMOVE_ON_FAIL = FieldName.of("remove_on_fail");
  static final FieldName STALL_TIMEOUT = FieldName.of("stall_timeout");

  private Fields() {}
}
