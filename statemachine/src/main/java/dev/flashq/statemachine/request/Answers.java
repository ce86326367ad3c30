package dev.flashq.statemachine.request;

import static dev.flashq.protocol.ErrorCode.REQUEST_ID_EXPIRED;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.state.proto.StateProto.Answer;
import dev.flashq.statemachine.state.proto.StateProto.AnswersRecord;
import dev.flashq.statemachine.state.proto.StateProto.StoredReply;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.LookupMap;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.store.Views.View;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The answers to requests that carry an id, so that a repeated request gets its first answer and
 * has no second effect. One row per client and log entry; rows whose answers the client has settled
 * are removed, but never the newest one, which tells when the client was last heard.
 */
public final class Answers {
  private final Tables tables;
  private final Timers timers;
  private final Meta meta;
  // Least recently heard first: a client that speaks is put at the end.
  private final Map<String, Client> clients = new LinkedHashMap<>();
  private final Map<String, Given> given = new TreeMap<>();
  private long bytes;

  public Answers(Tables tables, Timers timers, Meta meta) {
    this.tables = tables;
    this.timers = timers;
    this.meta = meta;
    load();
  }

  private void load() {
    tables.scan(
        Column.ANSWERS,
        new byte[0],
        new byte[0],
        (key, value) -> {
          String name = new String(key, 0, key.length - 8, StandardCharsets.UTF_8);
          Client client = clients.computeIfAbsent(name, _ -> new Client());
          bytes -= client.bytes();
          client.add(Bytes.longAt(key, key.length - 8), parse(value));
          bytes += client.bytes();
          return true;
        });
    var byAge = new ArrayList<>(clients.entrySet());
    byAge.sort(
        Comparator.comparingLong(
                (Map.Entry<String, Client> entry) -> entry.getValue().newestEntry())
            .thenComparing(Map.Entry::getKey));
    clients.clear();
    byAge.forEach(entry -> clients.put(entry.getKey(), entry.getValue()));
  }

  private static AnswersRecord parse(byte[] value) {
    try {
      return AnswersRecord.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable answers", e);
    }
  }

  /**
   * What this request was answered, or why that is not known any more; null when the request is
   * new.
   */
  public @Nullable StoredReply find(RequestId id) {
    Given now = given.get(id.client());
    ByteString fresh = now == null ? null : now.replies.get(id.sequence());
    if (fresh != null) {
      return reply(fresh);
    }
    Client client = clients.get(id.client());
    if (client == null) {
      return null;
    }
    ByteString reply = client.answers.get(id.sequence());
    if (reply != null) {
      return reply(reply);
    }
    return id.sequence() < client.floor ? expired() : null;
  }

  private static StoredReply reply(ByteString stored) {
    try {
      return StoredReply.parseFrom(stored);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable answer", e);
    }
  }

  /** The same question as {@link #find}, asked of the stored rows. */
  public static boolean isAnswered(RequestId id, View view) {
    byte[] name = Bytes.of(id.client());
    // An index has fewer than 2^56 values, so this leaves out longer names but for hostile ones.
    byte[] prefix = Arrays.copyOf(name, name.length + 1);
    var answered = new boolean[1];
    view.scan(
        Column.ANSWERS,
        prefix,
        prefix,
        (key, value) -> {
          answered[0] = key.length == name.length + Long.BYTES && knows(parse(value), id);
          return !answered[0];
        });
    return answered[0];
  }

  private static boolean knows(AnswersRecord row, RequestId id) {
    return id.sequence() < row.getSettled()
        || row.getAnswersList().stream().anyMatch(answer -> answer.getSequence() == id.sequence());
  }

  private static StoredReply expired() {
    return StoredReplies.encode(
        null,
        new Reply.Refused(
            REQUEST_ID_EXPIRED, "This request was answered before; its answer is no longer kept"));
  }

  /** Notes the answer of a request of this entry. */
  public void give(RequestId id, Command command, Reply reply) {
    ByteString stored = StoredReplies.encode(command, reply).toByteString();
    given.computeIfAbsent(id.client(), _ -> new Given()).add(id, stored);
  }

  /** Puts this entry's answers into the batch. */
  public void write(long index, long now) {
    for (Map.Entry<String, Given> entry : given.entrySet()) {
      String name = entry.getKey();
      AnswersRecord.Builder row = entry.getValue().row.setAt(now);
      Client client = clients.remove(name);
      if (client == null) {
        client = new Client();
        timers.put(now + Limits.REQUEST_ID_MS, TimerKind.CLIENT, meta.nextNumber(), Bytes.of(name));
      }
      bytes -= client.bytes();
      client.add(index, row.build());
      client.trim(old -> tables.delete(Column.ANSWERS, key(name, old)));
      bytes += client.bytes();
      // The floor is stored with the newest row, so that it is the same after a restart.
      tables.insert(
          Column.ANSWERS, key(name, index), row.setSettled(client.floor).build().toByteArray());
      clients.put(name, client);
    }
    given.clear();
    while (clients.size() > Limits.CLIENTS
        || (bytes > Limits.ANSWERS_BYTES && clients.size() > 1)) {
      remove(clients.keySet().iterator().next());
    }
  }

  /** A client's timer fires: it is forgotten if it has been silent, else asked again later. */
  public void clientTimer(byte[] name, long now) {
    String text = new String(name, StandardCharsets.UTF_8);
    Client client = clients.get(text);
    if (client == null) {
      return;
    }
    long due = client.lastHeard() + Limits.REQUEST_ID_MS;
    if (due <= now) {
      remove(text);
    } else {
      timers.put(due, TimerKind.CLIENT, meta.nextNumber(), name);
    }
  }

  private void remove(String name) {
    Client client = clients.remove(name);
    if (client != null) {
      bytes -= client.bytes();
      client.rows.forEach(row -> tables.delete(Column.ANSWERS, key(name, row.entry())));
    }
  }

  /** Reads the stored answers again. */
  public void forget() {
    clients.clear();
    bytes = 0;
    given.clear();
    load();
  }

  private static byte[] key(String client, long entry) {
    byte[] name = Bytes.of(client);
    byte[] key = Arrays.copyOf(name, name.length + 8);
    System.arraycopy(Bytes.of(entry), 0, key, name.length, 8);
    return key;
  }

  /** The answers to one client in the entry that is applied. */
  private static final class Given {
    final AnswersRecord.Builder row = AnswersRecord.newBuilder();
    final LookupMap<Long, ByteString> replies = LookupMap.create();

    void add(RequestId id, ByteString reply) {
      row.setSettled(Math.max(row.getSettled(), id.settled()));
      row.addAnswers(Answer.newBuilder().setSequence(id.sequence()).setReply(reply));
      replies.put(id.sequence(), reply);
    }
  }
}
