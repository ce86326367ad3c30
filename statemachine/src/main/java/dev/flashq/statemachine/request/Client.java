package dev.flashq.statemachine.request;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.state.proto.StateProto.Answer;
import dev.flashq.statemachine.state.proto.StateProto.ClientRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.store.Views.View;
import dev.flashq.statemachine.turn.WorkBudget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one client's requests. An answer that came alone lies in the client's own row, so
 * that a client with one request after the other, and one with a single request, has no other. The
 * answers of an entry with several, and older ones that the client has not settled, have a row of
 * their own, under the greatest sequence in it.
 */
final class Client {
  /** What a row takes beside key and value, about. */
  private static final int ROW_BYTES = 24;

  /** Rows that an entry may drop beyond those that it brings. */
  private static final int SPARE_DROPS = 8;

  private final Tables tables;
  private final byte[] key;
  private final ClientRecord.Builder record;
  private final TreeMap<Long, ByteString> given = new TreeMap<>();
  private boolean isStored;
  private long settled;
  private String principal = "";

  private Client(Tables tables, byte[] key, byte @Nullable [] row) {
    this.tables = tables;
    this.key = key;
    this.isStored = row != null;
    this.record = row == null ? ClientRecord.newBuilder() : parse(row).toBuilder();
  }

  static Client read(Tables tables, String name) {
    byte[] key = key(name);
    return new Client(tables, key, tables.get(Column.CLIENTS, key));
  }

  private static ClientRecord parse(byte[] row) {
    try {
      return ClientRecord.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a client", e);
    }
  }

  /** With the length in front no key is the beginning of another. */
  private static byte[] key(String name) {
    return Bytes.of(name.getBytes(StandardCharsets.UTF_8).length, name);
  }

  private static byte[] rowKey(byte[] client, long greatest) {
    byte[] row = Arrays.copyOf(client, client.length + Long.BYTES);
    System.arraycopy(Bytes.of(greatest), 0, row, client.length, Long.BYTES);
    return row;
  }

  /** Whether a request was answered, asked of the stored rows. */
  static boolean isAnswered(RequestId id, View view) {
    byte[] key = key(id.client());
    byte[] stored = view.get(Column.CLIENTS, key);
    if (stored == null) {
      return false;
    }
    ClientRecord record = parse(stored);
    if (id.sequence() < record.getFloor() || id.sequence() == record.getNewest()) {
      return true;
    }
    var search = new Search(id.sequence());
    if (id.sequence() < record.getNewest()) {
      view.scan(Column.ANSWERS, key, rowKey(key, id.sequence()), search::look);
    }
    return search.reply != null;
  }

  /** Looks for an answer in one row after the other. */
  private static final class Search {
    final long sequence;
    @Nullable ByteString reply;
    int rows;
    long bytes;

    Search(long sequence) {
      this.sequence = sequence;
    }

    /** False when it is found. */
    boolean look(byte[] row, byte[] value) {
      rows++;
      bytes += value.length;
      for (Answer answer : AnswerRows.answers(value)) {
        if (answer.getSequence() == sequence) {
          reply = answer.getReply();
          return false;
        }
      }
      return true;
    }
  }

  /** The answer to a request; null when there is none, or none any more. */
  @Nullable ByteString answer(long sequence, WorkBudget work) {
    ByteString fresh = given.get(sequence);
    if (fresh != null || !isStored || sequence > record.getNewest() || isExpired(sequence)) {
      return fresh;
    }
    if (sequence == record.getNewest() && !record.getReply().isEmpty()) {
      return record.getReply();
    }
    var search = new Search(sequence);
    tables.scan(Column.ANSWERS, key, rowKey(key, sequence), search::look);
    work.looked(search.rows, search.bytes);
    return search.reply;
  }

  /** Whether the answer to such a request may have been kept once. */
  boolean isExpired(long sequence) {
    return sequence < record.getFloor();
  }

  void give(RequestId id, String principal, ByteString reply) {
    given.put(id.sequence(), reply);
    settled = Math.max(settled, id.settled());
    this.principal = principal;
  }

  /** Whether this entry answers the client. */
  boolean isHeard() {
    return !given.isEmpty();
  }

  boolean isStored() {
    return isStored;
  }

  /** Whose client it is, once it is heard. */
  String principal() {
    return principal;
  }

  /** When the client was last heard before this entry. */
  long heardAt() {
    return record.getHeardAt();
  }

  /** What is kept of it counts for so many bytes. */
  long bytes() {
    return record.getBytes();
  }

  int rows() {
    return record.getRows();
  }

  /** Puts what this entry has answered. */
  void write(long now) {
    if (!isStored) {
      // Its own row, and the one in the order of time.
      count(3L * key.length + 2 * ROW_BYTES);
    }
    record.setHeardAt(now).setFloor(Math.max(record.getFloor(), settled));
    long newest = given.lastKey();
    if (given.size() == 1 && (!isStored || newest > record.getNewest())) {
      replaceReply(given.lastEntry().getValue());
    } else {
      if (newest > record.getNewest()) {
        replaceReply(ByteString.EMPTY);
      }
      putRow(given);
    }
    record.setNewest(Math.max(record.getNewest(), newest));
    if (isTooOld(record.getOldest())) {
      drop(SPARE_DROPS, this::isTooOld);
    }
    given.clear();
    writeRecord();
  }

  private void writeRecord() {
    tables.put(Column.CLIENTS, key, record.build().toByteArray());
    isStored = true;
  }

  /** The reply to the newest request so far gets a row, unless it is settled. */
  private void replaceReply(ByteString reply) {
    ByteString old = record.getReply();
    if (!old.isEmpty() && record.getNewest() >= record.getFloor()) {
      var alone = new TreeMap<Long, ByteString>();
      alone.put(record.getNewest(), old);
      putRow(alone);
    }
    record.setReply(reply);
    count(reply.size() - old.size());
  }

  private void putRow(SortedMap<Long, ByteString> answers) {
    long greatest = answers.lastKey();
    byte[] value = AnswerRows.value(answers);
    tables.insert(Column.ANSWERS, rowKey(key, greatest), value);
    record
        .setOldest(record.getRows() == 0 ? greatest : Math.min(record.getOldest(), greatest))
        .setRows(record.getRows() + 1)
        .setAnswers(record.getAnswers() + answers.size());
    count(rowBytes(value));
  }

  private long rowBytes(byte[] value) {
    return key.length + Long.BYTES + ROW_BYTES + value.length;
  }

  private void count(long bytes) {
    record.setBytes(record.getBytes() + bytes);
  }

  /** Whether a row, the oldest one, is settled, or there is too much. */
  private boolean isTooOld(long greatest) {
    return record.getRows() > 0
        && (greatest < record.getFloor()
            || record.getAnswers() >= Limits.ANSWERS_PER_CLIENT
            || record.getBytes() > Limits.ANSWER_BYTES_PER_CLIENT);
  }

  /** Drops rows from the oldest on, at most {@code limit} of them. */
  private void drop(int limit, LongPredicate condition) {
    List<byte[]> rows = new ArrayList<>();
    tables.scan(
        Column.ANSWERS,
        key,
        rowKey(key, record.getOldest()),
        (row, value) -> {
          long greatest = Bytes.longAt(row, key.length);
          record.setOldest(greatest);
          if (rows.size() == limit || !condition.test(greatest)) {
            return false;
          }
          rows.add(row);
          record
              .setRows(record.getRows() - 1)
              .setAnswers(record.getAnswers() - AnswerRows.count(value))
              .setFloor(Math.max(record.getFloor(), greatest + 1));
          count(-rowBytes(value));
          return true;
        });
    rows.forEach(row -> tables.delete(Column.ANSWERS, row));
  }

  /**
   * Deletes all that is kept of it, at most {@code limit} rows; false when there is more, which is
   * kept.
   */
  boolean forget(int limit) {
    if (record.getRows() > 0) {
      drop(limit, _ -> true);
    }
    if (record.getRows() > 0) {
      writeRecord();
      return false;
    }
    tables.delete(Column.CLIENTS, key);
    record.clear();
    isStored = false;
    return true;
  }
}
