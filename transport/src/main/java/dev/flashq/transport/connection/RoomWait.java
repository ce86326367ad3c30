package dev.flashq.transport.connection;

import dev.flashq.transport.Budget;
import io.netty.channel.Channel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for room in shared budgets, one at a time, and goes on on the channel's event loop. */
final class RoomWait {
  private static final Logger LOG = LoggerFactory.getLogger(RoomWait.class);

  private final Channel channel;
  private final Runnable goOn;
  private boolean waiting;

  RoomWait(Channel channel, Runnable goOn) {
    this.channel = channel;
    this.goOn = goOn;
  }

  boolean waiting() {
    return waiting;
  }

  void await(Budget budget, long size) {
    waiting = true;
    budget.awaitRoom(size, () -> roomLater(budget));
  }

  /** Called by any thread. */
  private void roomLater(Budget budget) {
    try {
      channel.eventLoop().execute(() -> room(budget));
    } catch (RejectedExecutionException e) {
      LOG.debug("The server has stopped", e);
      // Another port may share the budget. Passing on right here would go one call deeper for
      // every connection that has stopped.
      GlobalEventExecutor.INSTANCE.execute(budget::passOn);
    }
  }

  private void room(Budget budget) {
    waiting = false;
    goOn.run();
    budget.passOn();
  }
}
