package dev.flashq.transport.wire;

import dev.flashq.protocol.option.PushOption;
import dev.flashq.protocol.wire.NameTable;
import dev.flashq.protocol.wire.WireField;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The commands of the protocol that are served; the names are those on the wire. */
public enum Cmd {
  AUTH(Field.TOKEN),
  PING(),
  CLUSTER(),

  PUSH(pushed(Field.QUEUE, Field.DATA)),
  PUSHB(Field.QUEUE, Field.JOBS),
  PULL(Field.QUEUE, PushOption.TIMEOUT),
  PULLB(Field.QUEUE, Field.COUNT, PushOption.TIMEOUT),
  ACK(Field.ID, PushOption.JOB_ID, Field.RESULT, Field.LEASE),
  ACKB(Field.IDS, Field.ACKS),
  FAIL(Field.ID, PushOption.JOB_ID, Field.ERROR, Field.LEASE),
  GETRESULT(Field.ID, PushOption.JOB_ID),
  GETJOB(Field.ID, PushOption.JOB_ID),
  GETSTATE(Field.ID, PushOption.JOB_ID),
  WAITJOB(Field.ID, PushOption.JOB_ID, PushOption.TIMEOUT),
  GETJOBBYCUSTOMID(PushOption.JOB_ID),
  GETJOBSBATCH(Field.IDS),
  CANCEL(Field.ID, PushOption.JOB_ID),
  PROGRESS(Field.ID, PushOption.JOB_ID, Field.PROGRESS, Field.MESSAGE, Field.LEASE),
  GETPROGRESS(Field.ID, PushOption.JOB_ID),
  HEARTBEAT(Field.ID, PushOption.JOB_ID, Field.LEASE),
  CHANGEPRIORITY(Field.ID, PushOption.JOB_ID, PushOption.PRIORITY),
  MOVETODELAYED(Field.ID, PushOption.JOB_ID, PushOption.DELAY, Field.LEASE),
  PROMOTE(Field.ID, PushOption.JOB_ID),
  UPDATEJOB(Field.ID, PushOption.JOB_ID, Field.DATA),
  DISCARD(Field.ID, PushOption.JOB_ID, Field.LEASE),
  PAUSE(Field.QUEUE),
  RESUME(Field.QUEUE),
  ISPAUSED(Field.QUEUE),
  RATELIMIT(Field.QUEUE, Field.LIMIT),
  RATELIMITCLEAR(Field.QUEUE),
  SETCONCURRENCY(Field.QUEUE, Field.LIMIT),
  CLEARCONCURRENCY(Field.QUEUE),
  LISTQUEUES(),
  COUNT(Field.QUEUE),
  GETJOBCOUNTS(Field.QUEUE),
  GETJOBS(Field.QUEUE, Field.STATE, Field.LIMIT, Field.OFFSET, Field.CURSOR),
  DRAIN(Field.QUEUE),
  CLEAN(Field.QUEUE, Field.GRACE, Field.STATE, Field.LIMIT),
  OBLITERATE(Field.QUEUE),
  DLQ(Field.QUEUE, Field.COUNT),
  RETRYDLQ(Field.QUEUE, Field.ID),
  PURGEDLQ(Field.QUEUE),
  STATS(),
  METRICS(),

  TOKENCREATE(Field.NAME, Field.ROLES, Field.EXPIRES),
  TOKENROTATE(Field.NAME, Field.OVERLAP),
  TOKENEXPIRE(Field.NAME, Field.EXPIRES),
  TOKENREVOKE(Field.NAME),
  TOKENLIST(),
  ROLEPUT(Field.NAME, Field.QUEUES, Field.OPERATIONS, Field.DENY),
  ROLEDROP(Field.NAME),
  ROLELIST(),
  CERTBIND(PushOption.SUBJECT, Field.ROLES),
  QUOTAPUT(Field.TYPE, Field.NAME, Field.PUSHES, Field.LIMITS),
  QUOTALIST(),
  ACCESSCHECK(Field.TOKEN_NAME, Field.OP, Field.QUEUE),
  AUDIT(
      Field.FROM,
      Field.TO,
      Field.USER,
      Field.ACTION,
      Field.QUEUE,
      Field.SUCCESS,
      Field.CURSOR,
      Field.LIMIT),
  AUDITPOLICY(Field.RULES, Field.KEEP, Field.KEEP_BYTES, Field.WHEN_FULL),
  AUDITPOLICYGET(),
  SCHEMASET(Field.QUEUE, Field.SCHEMA, Field.MODE),
  SCHEMADELETE(Field.QUEUE),
  SCHEMAGET(Field.QUEUE),
  SCHEMALIST(),
  DATAPOLICYSET(
      Field.QUEUE,
      Field.ENCRYPTED_ONLY,
      Field.FORBIDDEN_FIELDS,
      Field.NO_CARD_NUMBERS,
      Field.NO_NAMES,
      Field.MAX_BYTES),
  DATAPOLICYDELETE(Field.QUEUE),
  DATAPOLICYLIST(),
  RETENTIONSET(
      Field.QUEUE, Field.COMPLETED_AGE, Field.COMPLETED_COUNT, Field.DEAD_AGE, Field.DEAD_COUNT),
  RETENTIONDELETE(Field.QUEUE),
  RETENTIONLIST(),
  ENCRYPTIONSET(Field.QUEUE),
  ENCRYPTIONDELETE(Field.QUEUE),
  ENCRYPTIONDESTROY(Field.QUEUE),
  ENCRYPTIONLIST(),
  SUBJECTDESTROY(PushOption.SUBJECT),
  ERASE(
      Field.FIELD,
      Field.EQUALS,
      Field.SET,
      Field.DELETE,
      Field.QUEUES,
      Field.STATES,
      Field.DRY_RUN),
  ERASESTATUS(Field.ID),
  ERASECANCEL(Field.ID);

  /** Fields that every command may have. */
  private static final Set<WireField> COMMON =
      Set.of(
          Field.CMD,
          Field.REQ_ID,
          Field.REQUEST_ID,
          Field.CLIENT_ID,
          Field.CLIENT_SEQ,
          Field.CLIENT_SETTLED,
          Field.OTHER);

  private static final List<Cmd> ALL = List.of(values());
  static final NameTable NAMES = names();

  private final Set<WireField> fields;

  Cmd(WireField... fields) {
    this.fields = Set.of(fields);
  }

  /** The fields of a push: those given and every option. */
  private static WireField[] pushed(WireField... fields) {
    return Stream.concat(Stream.of(fields), PushOption.ALL.stream()).toArray(WireField[]::new);
  }

  /** Whether the field means something to this command. */
  boolean has(WireField field) {
    return fields.contains(field) || common(field);
  }

  /** Whether the field means something to every command. */
  static boolean common(WireField field) {
    return COMMON.contains(field);
  }

  private static NameTable names() {
    Map<String, Integer> names = new HashMap<>();
    for (Cmd cmd : values()) {
      names.put(cmd.name(), cmd.ordinal());
    }
    // The Python and Go clients say UPDATE.
    names.put("UPDATE", UPDATEJOB.ordinal());
    return new NameTable(names);
  }

  static @Nullable Cmd at(int number) {
    return number == NameTable.UNKNOWN ? null : ALL.get(number);
  }
}
