package dev.flashq.transport.wire;

import static dev.flashq.transport.wire.JobWriter.flag;
import static dev.flashq.transport.wire.JobWriter.integer;
import static dev.flashq.transport.wire.JobWriter.text;

import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reseal;
import dev.flashq.statemachine.StoredKey;

/** Answers about encryption; no key is ever shown. */
final class EncryptionShapes {
  private EncryptionShapes() {}

  static void destroyed(Reply.Removed removed, Answer answer) {
    integer(answer.ok(1), Names.COUNT, removed.count());
  }

  static void all(Query.Sealing sealing, Answer answer) {
    ValueWriter out = answer.ok(6);
    KeyRing keys = sealing.keys();
    Lists.items(
        out,
        Names.ENCRYPTION,
        sealing.namespaces(),
        (namespace, to) -> namespace(namespace, keys, to));
    integer(out, Names.RING, keys.ring());
    flag(out, Names.RING_CHANGING, keys.wanted() || keys.unwrapped() > 0);
    integer(out, Names.SUBJECTS, keys.subjects());
    integer(out, Names.DESTROYED, keys.destroyed());
    reseal(sealing.reseal(), out);
  }

  private static void namespace(Namespace namespace, KeyRing keys, ValueWriter out) {
    StoredKey current = keys.key(namespace.key());
    long all = keys.keys().stream().filter(key -> key.queues().equals(namespace.queues())).count();
    out.beginMap(4);
    text(out, Names.QUEUE, namespace.queues());
    integer(out, Names.KEY, namespace.key());
    integer(out, Names.SINCE, current == null ? 0 : current.madeAt());
    integer(out, Names.KEYS, all);
    out.endMap();
  }

  private static void reseal(Reseal reseal, ValueWriter out) {
    Reseal.Counts counts = reseal.counts();
    out.key(Names.RESEAL);
    out.beginMap(8);
    text(
        out, Names.STATE, reseal.version() == 0 ? "none" : reseal.isRunning() ? "running" : "done");
    integer(out, Names.BEGAN, reseal.beganAt());
    integer(out, Names.ENDED, reseal.endedAt());
    out.key(Names.PROGRESS);
    out.number(reseal.isRunning() ? ErasureShapes.progress(reseal.next(), reseal.last()) : 1);
    integer(out, Names.LOOKED, counts.looked());
    integer(out, Names.CHANGED, counts.sealed());
    integer(out, Names.UNREADABLE, counts.unreadable());
    integer(out, Names.MISSED, counts.missed());
    out.endMap();
  }
}
