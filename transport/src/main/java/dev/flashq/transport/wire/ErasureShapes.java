package dev.flashq.transport.wire;

import static dev.flashq.transport.wire.JobWriter.flag;
import static dev.flashq.transport.wire.JobWriter.integer;
import static dev.flashq.transport.wire.JobWriter.text;

import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import java.util.Locale;

/** Answers about erasures; what they look for is never shown. */
final class ErasureShapes {
  private static final int FIELDS = 17;

  private ErasureShapes() {}

  static void begun(Reply.Begun begun, Answer answer) {
    integer(answer.ok(1), Names.ID, begun.number());
  }

  static void list(Query.Erasures erasures, Answer answer) {
    Lists.items(
        answer.ok(1),
        Names.ERASURES,
        erasures.erasures(),
        (erasure, out) -> {
          out.beginMap(FIELDS);
          fields(erasure, out);
          out.endMap();
        });
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
    Lists.texts(out, Names.FIELDS, request.edits().stream().map(Erasure.Edit::path).toList());
    Lists.texts(out, Names.QUEUES, request.queues());
    Lists.texts(
        out, Names.STATES, request.states().stream().map(state -> state.wireName()).toList());
    flag(out, Names.DRY_RUN, request.dryRun());
    integer(out, Names.BEGAN, erasure.beganAt());
    integer(out, Names.ENDED, erasure.endedAt());
    out.key(Names.PROGRESS);
    out.number(progress(erasure.next(), erasure.last()));
    integer(out, Names.LOOKED, counts.looked());
    integer(out, Names.MATCHED, counts.matched());
    integer(out, Names.CHANGED, counts.changed());
    integer(out, Names.ACTIVE, counts.active());
    integer(out, Names.UNREADABLE, counts.unreadable());
    integer(out, Names.MISSED, counts.missed());
  }

  /** How far a walk through all jobs is, from 0 to 1. */
  static double progress(long next, long last) {
    return last == 0 ? 1 : Math.min(1, (next - 1) / (double) last);
  }
}
