package dev.flashq.transport.wire;

import static dev.flashq.transport.wire.JobWriter.flag;
import static dev.flashq.transport.wire.JobWriter.integer;
import static dev.flashq.transport.wire.JobWriter.text;

import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import java.util.List;
import java.util.Locale;

/** Answers about erasures; what they look for is never shown. */
final class ErasureShapes {
  private static final int FIELDS = 17;

  private ErasureShapes() {}

  static void begun(Reply.Begun begun, Answer answer) {
    integer(answer.ok(1), Names.ID, begun.number());
  }

  static void list(Query.Erasures erasures, Answer answer) {
    ValueWriter out = answer.ok(1);
    out.key(Names.ERASURES);
    out.beginArray(erasures.erasures().size());
    for (Erasure erasure : erasures.erasures()) {
      out.beginMap(FIELDS);
      fields(erasure, out);
      out.endMap();
    }
    out.endArray();
  }

  static void one(Erasure erasure, Answer answer) {
    fields(erasure, answer.ok(FIELDS));
  }

  private static void fields(Erasure erasure, ValueWriter out) {
    Erasure.Request request = erasure.request();
    Erasure.Counts counts = erasure.counts();
    integer(out, Names.ID, erasure.number());
    text(out, Names.STATE, erasure.status().name().toLowerCase(Locale.ROOT));
    text(out, Names.USER, erasure.by().isEmpty() ? null : erasure.by());
    text(out, Names.FIELD, request.field());
    texts(out, Names.FIELDS, request.edits().stream().map(Erasure.Edit::path).toList());
    texts(out, Names.QUEUES, request.queues());
    texts(out, Names.STATES, request.states().stream().map(state -> state.wireName()).toList());
    flag(out, Names.DRY_RUN, request.dryRun());
    integer(out, Names.BEGAN, erasure.beganAt());
    integer(out, Names.ENDED, erasure.endedAt());
    out.key(Names.PROGRESS);
    out.number(
        erasure.last() == 0 ? 1 : Math.min(1, (erasure.next() - 1) / (double) erasure.last()));
    integer(out, Names.LOOKED, counts.looked());
    integer(out, Names.MATCHED, counts.matched());
    integer(out, Names.CHANGED, counts.changed());
    integer(out, Names.ACTIVE, counts.active());
    integer(out, Names.UNREADABLE, counts.unreadable());
    integer(out, Names.MISSED, counts.missed());
  }

  private static void texts(ValueWriter out, FieldName name, List<String> texts) {
    out.key(name);
    out.beginArray(texts.size());
    texts.forEach(out::string);
    out.endArray();
  }
}
