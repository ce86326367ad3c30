package dev.flashq.protocol;

/**
 * Every limit of the system, with its unit.
 *
 * <p>What requests must keep to may change with any version: it is asked before a command is
 * proposed, and never of what stands in the log. What the engine goes by while it applies entries
 * (leases, retention, counts and bytes of an entry, of a tick, of a delivery, of what is kept) is
 * part of what the log means: members that differed in it would come to different states, so it
 * changes with a feature level only.
 */
public final class Limits {
  /** Bytes of one job's data, and of one result. */
  public static final int DATA_BYTES = 10 * 1024 * 1024;

  /** Bytes of one frame or line of the TCP protocol, and of an HTTP body. */
  public static final int FRAME_BYTES = 16 * 1024 * 1024;

  /** Bytes of one frame or line before the connection has authenticated. */
  public static final int UNAUTHENTICATED_FRAME_BYTES = 4 * 1024;

  /** Levels of nesting in JSON or MessagePack. */
  public static final int NESTING = 128;

  /** Levels that a request or an answer itself takes around the nested data. */
  public static final int ENVELOPE_NESTING = 8;

  /**
   * Bytes of one answer: the largest job fits, whatever translating its data into the other
   * encoding adds.
   */
  public static final int ANSWER_BYTES = 128 * 1024 * 1024;

  /** Bytes of job data in one delivery or page; a single larger job goes alone. */
  public static final int DELIVERY_BYTES = 8 * 1024 * 1024;

  /**
   * Bytes of data, and of a result, up to which they go along with their job inside a node; larger
   * ones are read when they are written to the client.
   */
  public static final int INLINE_BYTES = 4 * 1024;

  /** Bytes of an unfinished frame, line or body that every connection may hold without asking. */
  public static final int SMALL_FRAME_BYTES = 16 * 1024;

  /** Milliseconds in which a larger frame, line or body must be complete. */
  public static final long FRAME_MS = 60_000;

  /** Open client connections of a server. */
  public static final int CONNECTIONS = 10_000;

  /** Commands of one connection that are not answered yet, waiting ones aside. */
  public static final int COMMANDS_PER_CONNECTION = 4096;

  /** Commands of all connections that are not answered yet, waiting ones aside. */
  public static final int COMMANDS_IN_FLIGHT = 65_536;

  /** Pulls and waits of all connections that may block. */
  public static final int WAITS = 65_536;

  /** Pulls and waits of one connection that may block. */
  public static final int WAITS_PER_CONNECTION = 4096;

  /** Bytes from which an answer is large: it waits for room, and goes in pieces. */
  public static final int LARGE_ANSWER_BYTES = 256 * 1024;

  /** Wrong tokens after which a connection is closed. */
  public static final int WRONG_TOKENS = 5;

  /**
   * Milliseconds after which a wrong token is answered: well below what clients wait for an answer
   * to it, the Java client 0.7 s.
   */
  public static final long WRONG_TOKEN_MS = 250;

  /** Connections above the limit that may ask an HTTP port for its health, one request each. */
  public static final int HEALTH_CONNECTIONS = 64;

  /** Milliseconds that such a connection may take. */
  public static final long HEALTH_MS = 2_000;

  /** Milliseconds that a client may take for a handshake of TLS, and a proxy for its first word. */
  public static final long HANDSHAKE_MS = 10_000;

  /** Milliseconds that a connection may take to authenticate. */
  public static final long AUTHENTICATION_MS = 30_000;

  /** Milliseconds after which a peer of which nothing is heard or taken is taken for gone. */
  public static final long SILENT_MS = 60_000;

  /** Milliseconds that a closing connection may take to read what was written to it. */
  public static final long LINGER_MS = 2_000;

  /** Milliseconds that pulls and waits go on when their client has ended its output. */
  public static final long HALF_CLOSED_MS = 1_000;

  /** Milliseconds that open requests may take when a server stops. */
  public static final long SHUTDOWN_MS = 5_000;

  /** Milliseconds after which a drain, clean or obliterate answers with what it has done. */
  public static final long REMOVAL_MS = 3_000;

  /** Queues in one listing. */
  public static final int QUEUES_LISTED = 10_000;

  /** Bytes of an HTTP request line. */
  public static final int HTTP_LINE_BYTES = 4 * 1024;

  /** Bytes of all header fields of an HTTP request. */
  public static final int HTTP_HEADER_BYTES = 8 * 1024;

  /** Milliseconds after which an HTTP connection without traffic is closed. */
  public static final long HTTP_IDLE_MS = 120_000;

  /** Milliseconds that a pull by HTTP may block. */
  public static final long HTTP_WAIT_MS = 25_000;

  /** Jobs in one batch push, pull or ack. */
  public static final int JOBS_PER_COMMAND = 1000;

  /** Jobs that one pull takes, whatever it asks for. */
  public static final int JOBS_PER_DELIVERY = 1000;

  /** Jobs and dependencies of a command that the engine carries out at all. */
  public static final int ITEMS_PER_COMMAND = 65_536;

  /** UTF-8 bytes of a queue name. */
  public static final int QUEUE_NAME_BYTES = 256;

  /** UTF-8 bytes of a unique key, custom id, debounce id or group id. */
  public static final int KEY_BYTES = 512;

  public static final int TAGS = 64;

  /** UTF-8 bytes of one tag. */
  public static final int TAG_BYTES = 256;

  /** UTF-8 bytes of an error or progress text; longer texts are cut. */
  public static final int TEXT_BYTES = 16 * 1024;

  public static final int DEPENDENCIES = 1000;

  /** Of all jobs of a batch. */
  public static final int DEPENDENCIES_PER_COMMAND = 10_000;

  /** Milliseconds: one hundred years of 365 days, for every delay, age and timeout. */
  public static final long DURATION_MS = 100L * 365 * 24 * 60 * 60 * 1000;

  /** Milliseconds that a pull or a wait may block; longer waits are cut to this. */
  public static final long WAIT_MS = 10 * 60 * 1000L;

  /** UTF-8 bytes of a correlation id (`reqId`). */
  public static final int REQ_ID_BYTES = 256;

  /** UTF-8 bytes of a client id in a request id. */
  public static final int CLIENT_ID_BYTES = 64;

  /** UTF-8 bytes of a token or of a principal's name. */
  public static final int TOKEN_BYTES = 512;

  /** Answers kept per client for repeated request ids. */
  public static final int ANSWERS_PER_CLIENT = 8192;

  /** Milliseconds after a client's last request until its answers are forgotten. */
  public static final long REQUEST_ID_MS = 10 * 60 * 1000L;

  /** Milliseconds of a lease when the job sets no stall timeout. */
  public static final long LEASE_MS = 90_000;

  /** Stalls after which a job with fewer attempts is dead. */
  public static final int STALLS = 3;

  /** Milliseconds that a job rests after a failure at most, of those that are doubled. */
  public static final long BACKOFF_MS = 100L * 365 * 24 * 60 * 60 * 1000;

  /** Milliseconds that a job rests after its second failure at least; twice as long after each. */
  public static final long FAILURE_PAUSE_MS = 10;

  /** Milliseconds after which a queue that holds nothing and has no settings is forgotten. */
  public static final long QUEUE_IDLE_MS = 10 * 60 * 1000L;

  /** Milliseconds of the debounce window when the push names none. */
  public static final long DEBOUNCE_MS = 5_000;

  /** Milliseconds that a completed job is kept when the job does not say. */
  public static final long KEEP_COMPLETED_MS = 24 * 60 * 60 * 1000L;

  /** Completed jobs kept per queue when the job does not say. */
  public static final long KEEP_COMPLETED_COUNT = 100_000;

  /** Queues that a cluster keeps. */
  public static final int QUEUES = 100_000;

  /** Tokens and certificates that commands have made, and that a cluster keeps. */
  public static final int CREDENTIALS = 10_000;

  /** Roles that a cluster keeps. */
  public static final int ROLES = 1000;

  /** Schemas for data that the cluster keeps. */
  public static final int SCHEMAS = 100;

  /** Bytes of one of them. */
  public static final int SCHEMA_BYTES = 64 * 1024;

  /** Policies for data that the cluster keeps. */
  public static final int DATA_POLICIES = 100;

  /** Forbidden fields of one of them. */
  public static final int FORBIDDEN_FIELDS = 100;

  /** UTF-8 bytes of the name of a forbidden field. */
  public static final int FIELD_NAME_BYTES = 256;

  /** Quotas of tokens and roles. */
  public static final int QUOTAS = 2000;

  /** Addresses whose refused logins a member tells of at once. */
  public static final int REFUSED_LOGINS = 64;

  /** Tokens in the configuration of a member. */
  public static final int LISTED_TOKENS = 1000;

  /** Roles of a token, permissions of a role, queue patterns and operations of a permission. */
  public static final int RULES = 64;

  /** Bytes of the hash of a token: HMAC-SHA-256. */
  public static final int TOKEN_HASH_BYTES = 32;

  /** Bytes of the subject of a client certificate. */
  public static final int SUBJECT_BYTES = 1024;

  /** Characters of the name of a token or role. */
  public static final int ACCESS_NAME = 64;

  /** Items on one page of a listing. */
  public static final int PAGE = 1000;

  /** Jobs on one page of their listing, as far as {@link #DELIVERY_BYTES} allow. */
  public static final int JOBS_PAGE = 10_000;

  /** Bytes of a cursor: the place of a job, with the name of its queue and its group. */
  public static final int CURSOR_BYTES = 2 * 1024;

  /** Policies for what is kept of jobs that have ended. */
  public static final int RETENTIONS = 100;

  /** Milliseconds between two looks for what goes by them. */
  public static final long RETENTION_MS = 60_000;

  /** UTF-8 bytes of the path of a field in job data. */
  public static final int FIELD_PATH_BYTES = 1024;

  /** Paths that an erasure sets or removes. */
  public static final int ERASURE_EDITS = 64;

  /** Bytes of the value that an erasure looks for, and of all that it sets. */
  public static final int ERASURE_VALUE_BYTES = 16 * 1024;

  /** Bytes of the permissions under which an erasure runs. */
  public static final int ERASURE_GRANT_BYTES = 256 * 1024;

  /** Erasures that run or wait for their turn. */
  public static final int ERASURES_RUNNING = 16;

  /** Erasures that are remembered. */
  public static final int ERASURES = 200;

  /** Jobs that a step of an erasure looks at. */
  public static final int ERASURE_LOOKS = 2_000;

  /** Bytes of data that a step of an erasure reads; a larger job goes alone. */
  public static final int ERASURE_READ_BYTES = 2 * 1024 * 1024;

  /** Bytes of data that a step of an erasure writes; a larger job goes alone. */
  public static final int ERASURE_WRITE_BYTES = 512 * 1024;

  /** How often a step of an erasure is tried again because somebody changes the same job. */
  public static final int ERASURE_ATTEMPTS = 8;

  /** Patterns of queues whose payloads are sealed. */
  public static final int NAMESPACES = 100;

  /** Keys of these patterns, those of earlier days included. */
  public static final int NAMESPACE_KEYS = 1_000;

  /** Keys of data subjects. */
  public static final int SUBJECT_KEYS = 1_000_000;

  /** Milliseconds for which the key of a data subject is kept when no job is about the subject. */
  public static final long UNUSED_SUBJECT_MS = 60_000;

  /** Bytes of the hash by which a data subject is known. */
  public static final int SUBJECT_HASH_BYTES = 16;

  /** Keys that one command adds or wraps anew. */
  public static final int KEYS_PER_COMMAND = 1_000;

  /** Items skipped by the offset of a listing. */
  public static final int OFFSET = 100_000;

  /** Jobs removed or moved by one log command of a drain or a clean. */
  public static final int REMOVALS_PER_COMMAND = 5_000;

  /** Jobs that a removal looks at, and dependencies that it takes away. */
  public static final int LOOKS_PER_COMMAND = 20_000;

  /** Timers that one tick fires, and completed jobs that it forgets. */
  public static final int TIMERS_PER_TICK = 2_000;

  /** Rows that one log entry writes before what is left of it waits for another entry. */
  public static final int ROWS_PER_ENTRY = 65_536;

  /** Bytes that one log entry writes and looks at before what is left of it waits for another. */
  public static final long BYTES_PER_ENTRY = 8L * 1024 * 1024;

  /** Records that one log entry looks at before what is left of it waits for another entry. */
  public static final int LOOKS_PER_ENTRY = 2 * LOOKS_PER_COMMAND;

  /** Jobs that one log entry delivers before what is left of it waits for another entry. */
  public static final int DELIVERIES_PER_ENTRY = 8_192;

  /** Jobs that one log entry releases or buries because a job that they waited for has ended. */
  public static final int FOLLOW_UPS_PER_ENTRY = 5_000;

  /** Bytes of the answers kept for one client. */
  public static final int ANSWER_BYTES_PER_CLIENT = 2 * 1024 * 1024;

  /**
   * Bytes on the disk of the answers kept for the clients of one principal, about: 24 million of
   * single requests with ids of 36 bytes, which are ten minutes of 39,000 a second. Beyond, the
   * clients that were heard longest ago are forgotten.
   */
  public static final long ANSWER_BYTES_PER_PRINCIPAL = 4L * 1024 * 1024 * 1024;

  /** Bytes of one replicated log entry's commands before the next entry is begun. */
  public static final int ENTRY_BYTES = 1024 * 1024;

  /**
   * Bytes from which on a command waits in the line of large ones, of which one entry is on its way
   * at a time. A batch of a thousand jobs of some hundred bytes, encrypted or not, is below.
   */
  public static final int LARGE_COMMAND_BYTES = ENTRY_BYTES / 2;

  /** Commands of one replicated log entry. */
  public static final int COMMANDS_PER_ENTRY = 4096;

  /**
   * Milliseconds that a command waits for a leader or its commit before it is answered with an
   * error.
   */
  public static final long COMMIT_WAIT_MS = 4_000;

  /** The greatest job id plus one: JavaScript numbers are exact below this. */
  public static final long JOB_ID_END = 1L << 53;

  private Limits() {}

  /** Fails with a sentence that names the limit when the condition does not hold. */
  public static void require(boolean holds, ErrorCode code, String sentence) {
    if (!holds) {
      throw new InvalidValueException(code, sentence);
    }
  }
}
