package dev.flashq.transport.wire;

import dev.flashq.protocol.wire.FieldName;

/** The keys of answers. */
public final class Names {
  static final FieldName NODE = FieldName.of("node");
  static final FieldName LEADER = FieldName.of("leader");
  static final FieldName LEADER_ADDRESS = FieldName.of("leader_address");
  static final FieldName ADDRESSES = FieldName.of("addresses");
  static final FieldName REQ_ID = FieldName.of("reqId");
  static final FieldName OK = FieldName.of("ok");
  static final FieldName SUCCESS = FieldName.of("success");
  static final FieldName ERROR = FieldName.of("error");
  static final FieldName CODE = FieldName.of("code");
  static final FieldName PONG = FieldName.of("pong");
  static final FieldName ID = FieldName.of("id");
  static final FieldName IDS = FieldName.of("ids");
  static final FieldName INDEX = FieldName.of("index");
  static final FieldName EXISTING = FieldName.of("existing");
  static final FieldName FAILED = FieldName.of("failed");
  static final FieldName ERRORS = FieldName.of("errors");
  static final FieldName JOB = FieldName.of("job");
  static final FieldName JOBS = FieldName.of("jobs");
  static final FieldName TOTAL = FieldName.of("total");
  static final FieldName STATE = FieldName.of("state");
  static final FieldName RESULT = FieldName.of("result");
  static final FieldName COUNT = FieldName.of("count");
  static final FieldName COUNTS = FieldName.of("counts");
  static final FieldName PROGRESS = FieldName.of("progress");
  static final FieldName MESSAGE = FieldName.of("message");
  static final FieldName PAUSED = FieldName.of("paused");
  static final FieldName QUEUES = FieldName.of("queues");
  static final FieldName METRICS = FieldName.of("metrics");
  static final FieldName NAME = FieldName.of("name");
  static final FieldName PENDING = FieldName.of("pending");
  static final FieldName PROCESSING = FieldName.of("processing");
  static final FieldName QUEUED = FieldName.of("queued");
  static final FieldName WAITING = FieldName.of("waiting");
  static final FieldName ACTIVE = FieldName.of("active");
  static final FieldName DELAYED = FieldName.of("delayed");
  static final FieldName COMPLETED = FieldName.of("completed");
  static final FieldName DLQ = FieldName.of("dlq");
  static final FieldName RATE_LIMIT = FieldName.of("rate_limit");
  static final FieldName CONCURRENCY_LIMIT = FieldName.of("concurrency_limit");
  static final FieldName TOTAL_PUSHED = FieldName.of("total_pushed");
  static final FieldName TOTAL_COMPLETED = FieldName.of("total_completed");
  static final FieldName TOTAL_FAILED = FieldName.of("total_failed");
  static final FieldName MORE = FieldName.of("more");
  static final FieldName JOBS_PER_SECOND = FieldName.of("jobs_per_second");
  static final FieldName AVG_LATENCY_MS = FieldName.of("avg_latency_ms");
  static final FieldName DATA = FieldName.of("data");
  static final FieldName TOKEN = FieldName.of("token");
  static final FieldName TOKENS = FieldName.of("tokens");
  static final FieldName TYPE = FieldName.of("type");
  static final FieldName ROLE = FieldName.of("role");
  static final FieldName ROLES = FieldName.of("roles");
  static final FieldName MEMBERS = FieldName.of("members");
  static final FieldName CREATED = FieldName.of("created");
  static final FieldName EXPIRES = FieldName.of("expires");
  static final FieldName LAST_USED = FieldName.of("last_used");
  static final FieldName OPERATIONS = FieldName.of("operations");
  static final FieldName DENY = FieldName.of("deny");
  static final FieldName ALLOWED = FieldName.of("allowed");

  private Names() {}
}
