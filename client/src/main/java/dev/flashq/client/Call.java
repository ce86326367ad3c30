package dev.flashq.client;

import dev.flashq.protocol.wire.MessagePackWriter;
import java.util.concurrent.CompletableFuture;

/** A request on its way: it keeps its request id however often it is sent. */
final class Call {
  /** Writes a request's fields. */
  interface Body {
    /** How many fields {@link #write} writes. */
    int fields();

    void write(MessagePackWriter to);
  }

  final Body body;
  final SequenceWindow ids;
  final long sequence;
  final long deadlineNanos;

  /** Whether it must not take effect twice. */
  final boolean once;

  /** Number of the token under which it was last sent. */
  volatile int token;

  /** Whether its answer got lost, so that it may have taken effect under that token. */
  volatile boolean doubtful;

  /** Whether it was sent again because its token was refused. */
  volatile boolean refused;

  /** Whether it was written to a connection: from then on it may have taken effect. */
  volatile boolean sent;

  final CompletableFuture<Answer> future = new CompletableFuture<>();

  /**
   * @param ids numbers the requests that change something
   * @param sequence this request's number; -1 for one that may simply be repeated
   * @param once whether it must not take effect twice, which its number ensures under one token
   */
  Call(Body body, SequenceWindow ids, long sequence, boolean once, long deadlineNanos) {
    this.body = body;
    this.ids = ids;
    this.sequence = sequence;
    this.once = once;
    this.deadlineNanos = deadlineNanos;
  }

  void write(long reqId, MessagePackWriter to) {
    to.beginMap(body.fields() + (sequence >= 0 ? 4 : 1));
    to.key(Fields.REQ_ID);
    to.integer(reqId);
    if (sequence >= 0) {
      to.key(Fields.CLIENT_ID);
      to.string(ids.client());
      to.key(Fields.CLIENT_SEQ);
      to.integer(sequence);
      to.key(Fields.CLIENT_SETTLED);
      to.integer(ids.settled());
    }
    body.write(to);
    to.endMap();
  }

  boolean isOver(long nowNanos) {
    return deadlineNanos - nowNanos <= 0;
  }
}
