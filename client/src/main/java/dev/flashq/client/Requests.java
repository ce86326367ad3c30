package dev.flashq.client;

import dev.flashq.protocol.option.PushOption;
import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.MessagePackWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  static Requests limitRate(String queue, int max, Duration window) {
    return new Requests("RATELIMIT")
        .string(Fields.QUEUE, queue)
        .add(
            to -> {
              to.key(Fields.LIMIT);
              to.beginMap(2);
              to.key(Fields.MAX);
              to.integer(max);
              to.key(Fields.DURATION);
              to.integer(window.toMillis());
              to.endMap();
            });
  }

  static Requests jobs(JobFilter filter, int limit, @Nullable String cursor) {
    Requests request = new Requests("GETJOBS").integer(Fields.LIMIT, limit);
    request.stringIfAny(Fields.QUEUE, filter.queue());
    request.stringIfAny(Fields.STATE, filter.state());
    return request.stringIfAny(Fields.CURSOR, cursor);
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

  private Requests stringIfAny(FieldName name, @Nullable String value) {
    return value == null ? this : string(name, value);
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

  private Requests options(PushOptions options) {
    options.forEach((option, value) -> option(option, options, value));
    return this;
  }

  private void option(PushOption option, PushOptions options, Object value) {
    if (option == PushOption.FIXED_BACKOFF) {
      return; // It goes with the backoff.
    }
    add(
        to -> {
          to.key(Fields.of(option));
          if (option == PushOption.BACKOFF && options.fixedBackoff()) {
            fixedBackoff(to, options.backoff());
          } else {
            value(to, value);
          }
        });
  }

  private static void fixedBackoff(MessagePackWriter to, Duration pause) {
    to.beginMap(2);
    to.key(Fields.TYPE);
    to.string("fixed");
    to.key(Fields.DELAY);
    to.integer(pause.toMillis());
    to.endMap();
  }

  private static void value(MessagePackWriter to, Object value) {
    switch (value) {
      case Long number -> to.integer(number);
      case Boolean flag -> to.bool(flag);
      case List<?> items -> {
        to.beginArray(items.size());
        items.forEach(item -> value(to, item));
        to.endArray();
      }
      default -> to.string((String) value);
    }
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
