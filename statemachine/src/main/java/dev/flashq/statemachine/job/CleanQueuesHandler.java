package dev.flashq.statemachine.job;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.CleanQueues;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.Selection;
import dev.flashq.statemachine.turn.Turn;

/** Removes jobs of many queues, one queue after the other in the order of their names. */
public final class CleanQueuesHandler {
  private final Selection selection;
  private final Search search;
  private final Lifecycle lifecycle;

  public CleanQueuesHandler(Selection selection, Search search, Lifecycle lifecycle) {
    this.selection = selection;
    this.search = search;
    this.lifecycle = lifecycle;
  }

  public Reply handle(CleanQueues command, Turn turn) {
    Place place = Place.of(command.from());
    Selection.Queues chosen =
        selection.from(
            place.queue, command.queues(), queue -> concerns(command, queue, turn), turn);
    long before = turn.now() - command.olderThanMs();
    int left = Math.clamp(command.limit(), 1, Limits.REMOVALS_PER_COMMAND);
    int count = 0;
    ByteString from = place.inQueue;
    for (Queue queue : chosen.queues()) {
      String name = queue.name().value();
      if (count == left || (count > 0 && turn.work().isSpent())) {
        return new Removed(count, true, new Place(name, ByteString.EMPTY).bytes());
      }
      Search.Found found =
          search.since(
              before,
              queue,
              command.state(),
              name.equals(place.queue) ? from : ByteString.EMPTY,
              left - count,
              turn);
      if (!found.ids().isEmpty()) {
        turn.names(queue.name());
        lifecycle.removeAll(found.ids(), turn);
        count += found.ids().size();
      }
      if (!found.next().isEmpty()) {
        return new Removed(count, true, new Place(name, found.next()).bytes());
      }
    }
    return chosen.next().isEmpty()
        ? new Removed(count, false)
        : new Removed(count, true, new Place(chosen.next(), ByteString.EMPTY).bytes());
  }

  private static boolean concerns(CleanQueues command, Queue queue, Turn turn) {
    return queue.jobs(command.state()) > 0
        && !queue.name().equals(QueueName.AUDIT)
        && turn.grant().allows(Operation.ADMIN, queue.name());
  }

  /**
   * Where to go on.
   *
   * @param queue the first name that is left; empty: the first there is
   * @param inQueue the place among its jobs
   */
  private record Place(String queue, ByteString inQueue) {
    private static final int LENGTH_BYTES = 2;
    private static final Place START = new Place("", ByteString.EMPTY);

    /** What no place was written as is the start. */
    static Place of(ByteString bytes) {
      if (bytes.size() < LENGTH_BYTES) {
        return START;
      }
      int end = LENGTH_BYTES + ((bytes.byteAt(0) & 0xff) << 8 | (bytes.byteAt(1) & 0xff));
      return end > bytes.size()
          ? START
          : new Place(bytes.substring(LENGTH_BYTES, end).toStringUtf8(), bytes.substring(end));
    }

    ByteString bytes() {
      ByteString name = ByteString.copyFromUtf8(queue);
      byte[] length = {(byte) (name.size() >> 8), (byte) name.size()};
      return ByteString.copyFrom(length).concat(name).concat(inQueue);
    }
  }
}
