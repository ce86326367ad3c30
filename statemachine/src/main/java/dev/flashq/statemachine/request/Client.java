package dev.flashq.statemachine.request;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.state.proto.StateProto.Answer;
import dev.flashq.statemachine.state.proto.StateProto.AnswersRecord;
import dev.flashq.statemachine.store.LookupMap;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.LongConsumer;

/** What is kept of one client's requests; a function of its stored rows. */
final class Client {
  private static final int ANSWER_OVERHEAD = 150;

  final LookupMap<Long, ByteString> answers = LookupMap.create();
  final ArrayDeque<Row> rows = new ArrayDeque<>();

  /**
   * Requests below it have been settled or are too many ago: unless kept, their answers are
   * unknown.
   */
  long floor;

  private long bytes;

  /** One stored row: the entry's index, when, which requests, and how much memory they take. */
  record Row(long entry, long at, List<Long> sequences, long greatest, long bytes) {}

  void add(long entry, AnswersRecord row) {
    List<Long> sequences = row.getAnswersList().stream().map(Answer::getSequence).toList();
    long greatest = 0;
    long weight = 0;
    for (Answer answer : row.getAnswersList()) {
      ByteString reply = answer.getReply();
      answers.put(answer.getSequence(), reply);
      greatest = Math.max(greatest, answer.getSequence());
      weight += ANSWER_OVERHEAD + reply.size();
    }
    rows.addLast(new Row(entry, row.getAt(), sequences, greatest, weight));
    bytes += weight;
    floor = Math.max(floor, row.getSettled());
  }

  /** Drops the oldest rows that are settled or beyond the limit, but never the newest. */
  void trim(LongConsumer drop) {
    while (rows.size() > 1
        && (rows.getFirst().greatest < floor
            || answers.size() > Limits.ANSWERS_PER_CLIENT
            || bytes > Limits.ANSWER_BYTES_PER_CLIENT)) {
      Row oldest = rows.removeFirst();
      for (long sequence : oldest.sequences) {
        answers.remove(sequence);
      }
      bytes -= oldest.bytes;
      floor = Math.max(floor, oldest.greatest + 1);
      drop.accept(oldest.entry);
    }
  }

  /** About how much memory the answers take. */
  long bytes() {
    return bytes;
  }

  long newestEntry() {
    return rows.getLast().entry;
  }

  long lastHeard() {
    return rows.getLast().at;
  }
}
