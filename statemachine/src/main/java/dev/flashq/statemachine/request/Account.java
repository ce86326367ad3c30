package dev.flashq.statemachine.request;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.state.proto.StateProto.AccountRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one principal in the order in which they were heard. A client that is heard again
 * keeps its place; it gets the right one when it comes to the front.
 */
final class Account {
  private final Tables tables;
  private final byte[] key;
  private final AccountRecord.Builder record;
  private boolean isStored;
  private boolean isChanged;

  Account(Tables tables, String principal) {
    this.tables = tables;
    this.key = Bytes.of(principal.getBytes(StandardCharsets.UTF_8).length, principal);
    byte[] row = tables.get(Column.ACCOUNTS, key);
    this.isStored = row != null;
    this.record = parse(row).toBuilder();
  }

  private static AccountRecord parse(byte @Nullable [] row) {
    try {
      return row == null ? AccountRecord.getDefaultInstance() : AccountRecord.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable account of a principal", e);
    }
  }

  /** A client in its place: when it was heard as far as the order knows. */
  record Place(long at, long number, String client) {
    boolean isSilent(long now) {
      return at + Limits.REQUEST_ID_MS <= now;
    }
  }

  /** A stored account has a timer. */
  boolean isStored() {
    return isStored;
  }

  void count(long bytes) {
    record.setBytes(record.getBytes() + bytes);
    isChanged |= bytes != 0;
  }

  long bytes() {
    return record.getBytes();
  }

  boolean isEmpty() {
    return record.getClients() == 0;
  }

  void add(String client, long at, long number) {
    record.setClients(record.getClients() + 1);
    put(client, at, number);
  }

  private void put(String client, long at, long number) {
    tables.insert(Column.CLIENTS_HEARD, place(at, number), Bytes.of(client));
    isChanged = true;
  }

  /** The client in front was heard later than the order knew. */
  void move(Place front, long at, long number) {
    take(front);
    put(front.client, at, number);
  }

  /** The client in front is forgotten. */
  void remove(Place front) {
    take(front);
    record.setClients(record.getClients() - 1);
  }

  private void take(Place front) {
    tables.delete(Column.CLIENTS_HEARD, place(front.at, front.number));
    // So the next look begins behind the graves of those before it.
    record.setSweptAt(front.at).setSweptNumber(front.number);
    isChanged = true;
  }

  /** The clients in front as long as the condition holds, the first one first. */
  List<Place> front(int limit, Predicate<Place> condition) {
    List<Place> places = new ArrayList<>();
    tables.scan(
        Column.CLIENTS_HEARD,
        key,
        place(record.getSweptAt(), record.getSweptNumber()),
        (row, client) -> {
          Place place =
              new Place(
                  Bytes.longAt(row, key.length),
                  Bytes.longAt(row, key.length + Long.BYTES),
                  new String(client, StandardCharsets.UTF_8));
          return condition.test(place) && places.add(place) && places.size() < limit;
        });
    return places;
  }

  void write() {
    if (isChanged) {
      tables.put(Column.ACCOUNTS, key, record.build().toByteArray());
      isStored = true;
      isChanged = false;
    }
  }

  void delete() {
    tables.delete(Column.ACCOUNTS, key);
    isStored = false;
  }

  private byte[] place(long at, long number) {
    byte[] place = Arrays.copyOf(key, key.length + 2 * Long.BYTES);
    System.arraycopy(Bytes.of(at, number), 0, place, key.length, 2 * Long.BYTES);
    return place;
  }
}
