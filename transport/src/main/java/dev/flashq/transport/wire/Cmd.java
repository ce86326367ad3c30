package dev.flashq.transport.wire;

import dev.flashq.protocol.wire.NameTable;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The commands of the protocol that are served; the names are those on the wire. */
public enum Cmd {
  AUTH(Field.TOKEN),
  PING(),
  CLUSTER(),

  PUSH(pushed(Field.QUEUE, Field.DATA)),
  PUSHB(Field.QUEUE, Field.JOBS),
  PULL(Field.QUEUE, Field.TIMEOUT),
  PULLB(Field.QUEUE, Field.COUNT, Field.TIMEOUT),
  ACK(Field.ID, Field.JOB_ID, Field.RESULT, Field.LEASE),
  ACKB(Field.IDS, Field.ACKS),
  FAIL(Field.ID, Field.JOB_ID, Field.ERROR, Field.LEASE),
  GETRESULT(Field.ID, Field.JOB_ID),
  GETJOB(Field.ID, Field.JOB_ID),
  GETSTATE(Field.ID, Field.JOB_ID),
  WAITJOB(Field.ID, Field.JOB_ID, Field.TIMEOUT),
  GETJOBBYCUSTOMID(Field.JOB_ID),
  GETJOBSBATCH(Field.IDS),
  CANCEL(Field.ID, Field.JOB_ID),
  PROGRESS(Field.ID, Field.JOB_ID, Field.PROGRESS, Field.MESSAGE, Field.LEASE),
  GETPROGRESS(Field.ID, Field.JOB_ID),
  HEARTBEAT(Field.ID, Field.JOB_ID, Field.LEASE),
  CHANGEPRIORITY(Field.ID, Field.JOB_ID, Field.PRIORITY),
  MOVETODELAYED(Field.ID, Field.JOB_ID, Field.DELAY, Field.LEASE),
  PROMOTE(Field.ID, Field.JOB_ID),
  UPDATEJOB(Field.ID, Field.JOB_ID, Field.DATA),
  DISCARD(Field.ID, Field.JOB_ID, Field.LEASE),
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
  GETJOBS(Field.QUEUE, Field.STATE, Field.LIMIT, Field.OFFSET),
  DRAIN(Field.QUEUE),
  CLEAN(Field.QUEUE, Field.GRACE, Field.STATE, Field.LIMIT),
  OBLITERATE(Field.QUEUE),
  DLQ(Field.QUEUE, Field.COUNT),
  RETRYDLQ(Field.QUEUE, Field.ID),
  PURGEDLQ(Field.QUEUE),
  STATS(),
  METRICS();

  /** Fields that every command may have. */
  private static final Set<Field> COMMON =
      EnumSet.of(
          Field.CMD,
          Field.REQ_ID,
          Field.REQUEST_ID,
          Field.CLIENT_ID,
          Field.CLIENT_SEQ,
          Field.CLIENT_SETTLED,
          Field.OTHER);

  private static final List<Cmd> ALL = List.of(values());
  static final NameTable NAMES = names();

  private final Set<Field> fields;

  Cmd(Field... fields) {
    this.fields =
        fields.length == 0 ? EnumSet.noneOf(Field.class) : EnumSet.copyOf(List.of(fields));
  }

  /** The fields of a push: those given and every option. */
  private static Field[] pushed(Field... fields) {
    Set<Field> all = EnumSet.range(Field.JOB_ID, Field.GROUP_ID);
    all.add(Field.TIMEOUT);
    all.addAll(List.of(fields));
    return all.toArray(Field[]::new);
  }

  /** Whether the field means something to this command. */
  boolean has(Field field) {
    return fields.contains(field) || common(field);
  }

  /** Whether the field means something to every command. */
  static boolean common(Field field) {
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
