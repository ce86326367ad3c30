package dev.flashq.client;

import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.MessagePackWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Requests of the protocol as fields, in the order in which they are added. */
final class Requests implements Call.Body {
  private interface Field {
    void write(MessagePackWriter to);
  }

  private final List<Field> fields = new ArrayList<>(6);

  private Requests(String cmd) {
    string(Fields.CMD, cmd);
  }

  static Requests command(String cmd) {
    return new Requests(cmd);
  }

  static Requests push(String queue, Data data, PushOptions options) {
    return new Requests("PUSH")
        .string(Fields.QUEUE, queue)
        .data(Fields.DATA, data)
        .options(options);
  }

  static Requests pushAll(String queue, List<NewJob> jobs) {
    return new Requests("PUSHB")
        .string(Fields.QUEUE, queue)
        .add(
            to -> {
              to.key(Fields.JOBS);
              to.beginArray(jobs.size());
              for (NewJob job : jobs) {
                Requests item = new Requests().data(Fields.DATA, job.data()).options(job.options());
                to.beginMap(item.fields());
                item.write(to);
                to.endMap();
              }
              to.endArray();
            });
  }

  static Requests ackAll(List<Job> jobs) {
    return new Requests("ACKB")
        .add(
            to -> {
              to.key(Fields.ACKS);
              to.beginArray(jobs.size());
              for (Job job : jobs) {
                to.beginMap(2);
                to.key(Fields.ID);
                to.integer(job.id());
                to.key(Fields.LEASE);
                to.integer(job.lease());
                to.endMap();
              }
              to.endArray();
            });
  }

  private Requests() {}

  Requests claim(Job job) {
    return integer(Fields.ID, job.id()).integer(Fields.LEASE, job.lease());
  }

  private Requests add(Field field) {
    fields.add(field);
    return this;
  }

  Requests string(FieldName name, String value) {
    return add(
        to -> {
          to.key(name);
          to.string(value);
        });
  }

  Requests integer(FieldName name, long value) {
    return add(
        to -> {
          to.key(name);
          to.integer(value);
        });
  }

  Requests data(FieldName name, Data value) {
    return add(
        to -> {
          to.key(name);
          to.raw(value.messagePack(), 0, value.size());
        });
  }

  private Requests flag(FieldName name, boolean value) {
    return !value
        ? this
        : add(
            to -> {
              to.key(name);
              to.bool(true);
            });
  }

  private Requests millis(FieldName name, Duration value) {
    return value.isZero() ? this : integer(name, value.toMillis());
  }

  private Requests text(FieldName name, @org.jspecify.annotations.Nullable String value) {
    return value == null ? this : string(name, value);
  }

  private Requests options(PushOptions o) {
    if (o == PushOptions.DEFAULTS) {
      return this;
    }
    if (o.priority() != 0) {
      integer(Fields.PRIORITY, o.priority());
    }
    if (o.maxAttempts() != 0) {
      integer(Fields.MAX_ATTEMPTS, o.maxAttempts());
    }
    millis(Fields.DELAY, o.delay());
    millis(Fields.TTL, o.ttl());
    millis(Fields.TIMEOUT, o.timeout());
    millis(Fields.BACKOFF, o.backoff());
    millis(Fields.STALL_TIMEOUT, o.stallTimeout());
    text(Fields.UNIQUE_KEY, o.uniqueKey());
    text(Fields.JOB_ID, o.customId());
    text(Fields.GROUP_ID, o.groupId());
    flag(Fields.LIFO, o.lifo());
    flag(Fields.REMOVE_ON_COMPLETE, o.removeOnComplete());
    flag(Fields.REMOVE_ON_FAIL, o.removeOnFail());
    if (!o.tags().isEmpty()) {
      add(
          to -> {
            to.key(Fields.TAGS);
            to.beginArray(o.tags().size());
            o.tags().forEach(to::string);
            to.endArray();
          });
    }
    if (!o.dependsOn().isEmpty()) {
      add(
          to -> {
            to.key(Fields.DEPENDS_ON);
            to.beginArray(o.dependsOn().size());
            o.dependsOn().forEach(to::integer);
            to.endArray();
          });
    }
    return this;
  }

  @Override
  public int fields() {
    return fields.size();
  }

  @Override
  public void write(MessagePackWriter to) {
    for (Field field : fields) {
      field.write(to);
    }
  }
}
