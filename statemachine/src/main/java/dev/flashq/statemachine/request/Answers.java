package dev.flashq.statemachine.request;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.state.proto.StateProto.StoredReply;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.store.Views.View;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.WorkBudget;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The answers to requests that carry an id, so that a repeated request gets its first answer and
 * has no second effect. All of it is stored; in memory is only what the entry that is applied has
 * to do with. A client is forgotten when it has been silent for long, or as the one of its
 * principal that was heard longest ago when the principal's answers are too many.
 */
public final class Answers {
  /** Milliseconds between two looks for clients of a principal that have become silent. */
  private static final long SWEEP_MS = 1000;

  /** Clients that an entry may forget beyond twice those that it answers. */
  private static final int SPARE_STEPS = 64;

  private final Tables tables;
  private final Timers timers;
  private final Meta meta;
  private final long bytesPerPrincipal;
  private final Map<String, Client> clients = new TreeMap<>();
  private final Map<String, Account> accounts = new TreeMap<>();

  public Answers(Tables tables, Timers timers, Meta meta) {
    this(tables, timers, meta, Limits.ANSWER_BYTES_PER_PRINCIPAL);
  }

  Answers(Tables tables, Timers timers, Meta meta, long bytesPerPrincipal) {
    this.tables = tables;
    this.timers = timers;
    this.meta = meta;
    this.bytesPerPrincipal = bytesPerPrincipal;
  }

  private Client client(String name) {
    return clients.computeIfAbsent(name, n -> Client.read(tables, n));
  }

  private Account account(String principal) {
    return accounts.computeIfAbsent(principal, name -> new Account(tables, name));
  }

  /**
   * What this request was answered, or why that is not known any more; null when the request is
   * new.
   */
  public @Nullable StoredReply find(RequestId id, WorkBudget work) {
    Client client = client(id.client());
    ByteString reply = client.answer(id.sequence(), work);
    if (reply != null) {
      return reply(reply);
    }
    return client.isExpired(id.sequence()) ? expired() : null;
  }

  private static StoredReply reply(ByteString stored) {
    try {
      return StoredReply.parseFrom(stored);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable answer", e);
    }
  }

  private static StoredReply expired() {
    return StoredReplies.encode(null, Reason.ANSWER_NOT_KEPT.refuses());
  }

  /** The same question as {@link #find}, asked of the stored rows. */
  public static boolean isAnswered(RequestId id, View view) {
    return Client.isAnswered(id, view);
  }

  /** Notes the answer of a request of this entry. */
  public void give(RequestId id, Principal principal, Command command, Reply reply) {
    ByteString stored = StoredReplies.encode(command, reply).toByteString();
    client(id.client()).give(id, principal.name(), stored);
  }

  /** Puts this entry's answers into the batch. */
  public void write(long now) {
    int heard = 0;
    for (Map.Entry<String, Client> entry : clients.entrySet()) {
      Client client = entry.getValue();
      if (client.isHeard()) {
        write(entry.getKey(), client, now);
        heard++;
      }
    }
    clients.clear();
    for (Map.Entry<String, Account> entry : accounts.entrySet()) {
      end(entry.getKey(), entry.getValue(), 2 * heard + SPARE_STEPS, now);
    }
    accounts.clear();
    clients.clear();
  }

  private void write(String name, Client client, long now) {
    Account account = account(client.principal());
    if (!client.isStored()) {
      account.add(name, now, meta.nextNumber());
    }
    long before = client.bytes();
    client.write(now);
    account.count(client.bytes() - before);
  }

  private void end(String principal, Account account, int limit, long now) {
    if (account.bytes() > bytesPerPrincipal) {
      forget(account, limit, _ -> account.bytes() > bytesPerPrincipal, now);
    }
    if (!account.isEmpty() || account.isStored()) {
      boolean hasTimer = account.isStored();
      account.write();
      if (!hasTimer) {
        startTimer(principal, now + Limits.REQUEST_ID_MS);
      }
    }
  }

  private void startTimer(String principal, long due) {
    timers.put(due, TimerKind.SILENT_CLIENTS, meta.nextNumber(), Bytes.of(principal));
  }

  /**
   * A principal's timer fires: its clients that have been silent are forgotten.
   *
   * @return how many were looked at or forgotten, about
   */
  public int forgetSilent(byte[] name, int limit, long now) {
    String principal = new String(name, StandardCharsets.UTF_8);
    Account account = account(principal);
    int steps = forget(account, limit, place -> place.isSilent(now), now);
    if (account.isEmpty()) {
      account.delete();
      accounts.remove(principal);
      return steps;
    }
    account.write();
    long due = account.front(1, _ -> true).getFirst().at() + Limits.REQUEST_ID_MS;
    startTimer(principal, due <= now ? now : Math.max(due, now + SWEEP_MS));
    return steps;
  }

  /** Forgets clients from the front on. */
  private int forget(Account account, int limit, Predicate<Account.Place> whom, long now) {
    int steps = 0;
    for (Account.Place place : account.front(limit, whom)) {
      if (steps >= limit || !whom.test(place)) {
        break;
      }
      Client client = client(place.client());
      steps++;
      if (client.isHeard() || client.heardAt() > place.at()) {
        account.move(place, client.isHeard() ? now : client.heardAt(), meta.nextNumber());
        continue;
      }
      long before = client.bytes();
      int rows = client.rows();
      boolean gone = client.forget(limit - steps);
      steps += rows - client.rows();
      account.count(client.bytes() - before);
      if (!gone) {
        break;
      }
      account.remove(place);
      clients.remove(place.client());
    }
    return steps;
  }

  /** Drops what the entry had in memory. */
  public void forget() {
    clients.clear();
    accounts.clear();
  }
}
