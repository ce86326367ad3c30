package dev.flashq.statemachine.queue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.state.proto.StateProto.GroupRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.FrontBudget;
import dev.flashq.statemachine.store.Index;
import dev.flashq.statemachine.store.KeyTable;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.turn.Meta;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Groups: of each at most one job is active. Only the front of an idle group stands in the queue's
 * ready order, the others wait behind it in an order of their own, so that a pull never passes over
 * jobs of busy groups. The groups of a priority take turns: one that has had a job delivered goes
 * behind everything that is ready then.
 */
public final class Groups {
  private static final int OPEN_INDEXES = 4096;

  private final Tables tables;
  private final Meta meta;
  private final QueueStore queues;
  private final FrontBudget budget;
  private final KeyTable rows;
  private final Map<Long, Index> open = new LinkedHashMap<>();

  public Groups(Tables tables, Meta meta, QueueStore queues, FrontBudget budget) {
    this.tables = tables;
    this.meta = meta;
    this.queues = queues;
    this.budget = budget;
    this.rows = new KeyTable(tables, Column.GROUPS);
  }

  /**
   * A job of the group became ready.
   *
   * @param turn of the group if it has no other job; 0: by the place of this one
   */
  public void enter(Queue queue, String groupId, Slot slot, long turn) {
    byte[] key = Bytes.of(queue.id, groupId);
    GroupRecord.Builder group = find(key);
    boolean fresh = group == null;
    if (group == null) {
      group =
          GroupRecord.newBuilder()
              .setNumber(meta.nextNumber())
              .setTurn(turn == 0 ? slot.minor() : turn);
    }
    group.setWaiting(group.getWaiting() + 1);
    Slot front = front(group);
    if (!isIdle(group) || (front != null && front.compareTo(slot) < 0)) {
      behind(queue, group.getNumber(), fresh).put(slot);
    } else {
      if (front != null) {
        step(queue, group);
        behind(queue, group.getNumber(), false).put(front);
      }
      stand(queue, group, slot);
    }
    save(key, group);
  }

  /** Where the group stands among others. */
  public long turn(Queue queue, String groupId) {
    return existing(Bytes.of(queue.id, groupId)).getTurn();
  }

  /**
   * A ready job of the group goes elsewhere.
   *
   * @param toActive whether it becomes the group's active job
   */
  public void leave(Queue queue, String groupId, Slot slot, boolean toActive) {
    byte[] key = Bytes.of(queue.id, groupId);
    GroupRecord.Builder group = existing(key);
    if (group.getFront() == slot.value()) {
      step(queue, group);
    } else {
      behind(queue, group.getNumber(), false).remove(slot);
    }
    group.setWaiting(group.getWaiting() - 1).setBusy(group.getBusy() || toActive);
    standNext(queue, group);
    save(key, group);
  }

  /**
   * The group's active job is active no more.
   *
   * @param undone whether it is as if it had not been delivered: the group's turn is not over
   */
  public void release(Queue queue, String groupId, boolean undone) {
    byte[] key = Bytes.of(queue.id, groupId);
    GroupRecord.Builder group = existing(key);
    group.setBusy(false);
    if (!undone) {
      group.setTurn(meta.nextNumber());
    }
    standNext(queue, group);
    save(key, group);
  }

  /** The group's active job is delayed, and the group waits for it. */
  public void hold(Queue queue, String groupId, long job) {
    byte[] key = Bytes.of(queue.id, groupId);
    save(key, existing(key).setBusy(false).setTurn(meta.nextNumber()).setHead(job));
  }

  /** The group need not wait for the delayed job any more. */
  public void letGo(Queue queue, String groupId) {
    byte[] key = Bytes.of(queue.id, groupId);
    GroupRecord.Builder group = existing(key);
    group.setHead(0);
    standNext(queue, group);
    save(key, group);
  }

  private static boolean isIdle(GroupRecord.Builder group) {
    return !group.getBusy() && group.getHead() == 0;
  }

  private void standNext(Queue queue, GroupRecord.Builder group) {
    long ready = group.getWaiting() - (group.getFront() == 0 ? 0 : 1);
    if (isIdle(group) && group.getFront() == 0 && ready > 0) {
      Index behind = behind(queue, group.getNumber(), false);
      Slot next = behind.first();
      if (next == null) {
        throw new StorageException("a group counts " + ready + " jobs and has none");
      }
      behind.remove(next);
      stand(queue, group, next);
    }
  }

  private void stand(Queue queue, GroupRecord.Builder group, Slot slot) {
    group.setFront(slot.value()).setFrontMajor(slot.major()).setFrontNumber(slot.minor());
    queue.ready.put(place(group));
    queues.countEligible(queue, 1);
  }

  private void step(Queue queue, GroupRecord.Builder group) {
    queue.ready.remove(place(group));
    queues.countEligible(queue, -1);
    group.setFront(0).setFrontMajor(0).setFrontNumber(0);
  }

  /** The front's place among the group's own; null when none stands. */
  private static @Nullable Slot front(GroupRecord.Builder group) {
    return group.getFront() == 0
        ? null
        : new Slot(group.getFrontMajor(), group.getFrontNumber(), group.getFront());
  }

  /**
   * The front's place in the queue's ready order. Last in, first out holds among groups, too;
   * otherwise they take turns, and a turn does not change while a front stands.
   */
  private static Slot place(GroupRecord.Builder group) {
    long number = group.getFrontNumber();
    return new Slot(group.getFrontMajor(), number < 0 ? number : group.getTurn(), group.getFront());
  }

  private GroupRecord.@Nullable Builder find(byte[] key) {
    byte[] row = rows.get(key);
    try {
      return row == null ? null : GroupRecord.parseFrom(row).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a group", e);
    }
  }

  private GroupRecord.Builder existing(byte[] key) {
    GroupRecord.Builder group = find(key);
    if (group == null) {
      throw new StorageException("a job belongs to a group that is not there");
    }
    return group;
  }

  private void save(byte[] key, GroupRecord.Builder group) {
    if (group.getWaiting() == 0 && isIdle(group)) {
      rows.delete(key);
      Index index = open.remove(group.getNumber());
      if (index != null) {
        index.forget();
      }
    } else {
      rows.put(key, group.build().toByteArray());
    }
  }

  private Index behind(Queue queue, long number, boolean fresh) {
    Index index = open.get(number);
    if (index == null) {
      if (open.size() >= OPEN_INDEXES) {
        closeAll();
      }
      byte[] prefix = ByteBuffer.allocate(12).putInt(queue.id).putLong(number).array();
      index = new Index(tables, Column.GROUPED, prefix, budget, fresh);
      open.put(number, index);
    }
    return index;
  }

  private void closeAll() {
    open.values().forEach(Index::forget);
    open.clear();
  }

  public void forget() {
    closeAll();
  }
}
