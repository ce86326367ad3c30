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
 * jobs of busy groups.
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

  /** A job of the group became ready. */
  public void enter(Queue queue, String groupId, Slot slot) {
    byte[] key = Bytes.of(queue.id, groupId);
    GroupRecord.Builder group = find(key);
    boolean fresh = group == null;
    if (group == null) {
      group = GroupRecord.newBuilder().setNumber(meta.nextNumber());
    }
    Index behind = behind(queue, group.getNumber(), fresh);
    behind.put(slot);
    group.setWaiting(group.getWaiting() + 1);
    stand(queue, group, behind);
    save(key, group);
  }

  /**
   * A ready job of the group goes elsewhere.
   *
   * @param toActive whether it becomes the group's active job
   */
  public void leave(Queue queue, String groupId, Slot slot, boolean toActive) {
    byte[] key = Bytes.of(queue.id, groupId);
    GroupRecord.Builder group = existing(key);
    Index behind = behind(queue, group.getNumber(), false);
    behind.remove(slot);
    if (group.getFront() == slot.value()) {
      step(queue, group, slot);
    }
    group.setWaiting(group.getWaiting() - 1).setBusy(group.getBusy() || toActive);
    stand(queue, group, behind);
    save(key, group);
  }

  /** The group's active job is active no more. */
  public void release(Queue queue, String groupId) {
    byte[] key = Bytes.of(queue.id, groupId);
    GroupRecord.Builder group = existing(key);
    group.setBusy(false);
    stand(queue, group, behind(queue, group.getNumber(), false));
    save(key, group);
  }

  /**
   * Puts the group's best job into the queue's ready order if the group is idle; replaces a lesser
   * front.
   */
  private void stand(Queue queue, GroupRecord.Builder group, Index behind) {
    Slot best = group.getBusy() ? null : behind.first();
    if (best == null || best.value() == group.getFront()) {
      return;
    }
    if (group.getFront() != 0) {
      step(queue, group, frontSlot(behind, group.getFront()));
    }
    queue.ready.put(best);
    queues.countEligible(queue, 1);
    group.setFront(best.value());
  }

  private void step(Queue queue, GroupRecord.Builder group, Slot front) {
    queue.ready.remove(front);
    queues.countEligible(queue, -1);
    group.setFront(0);
  }

  /** The old front is the second now: only one job was added since it was the first. */
  private static Slot frontSlot(Index behind, long job) {
    return behind.list(2).stream()
        .filter(slot -> slot.value() == job)
        .findFirst()
        .orElseThrow(
            () -> new StorageException("job " + job + " stands for its group without being in it"));
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
    if (group.getWaiting() == 0 && !group.getBusy()) {
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
