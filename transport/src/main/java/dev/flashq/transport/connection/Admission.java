package dev.flashq.transport.connection;

import dev.flashq.transport.Budget;
import io.netty.channel.Channel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How one connection takes from the shared budgets, and waits while they are used up. */
public final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final Connection connection;
  private final Budget commands;
  private final Channel channel;
  private boolean waiting;

  Admission(Connection connection) {
    this.connection = connection;
    this.commands = connection.context().commands;
    this.channel = connection.channel();
  }

  /** Takes a request's bytes from the budget of commands; false: it will go on when it can. */
  public boolean admit(int bytes) {
    boolean admitted = commands.tryTake(bytes);
    if (!admitted) {
      awaitRoom(commands, bytes);
    }
    return admitted;
  }

  /** Begins nothing until there is room in the budget. */
  public void awaitRoom(Budget budget, long size) {
    waiting = true;
    budget.awaitRoom(size, () -> roomAgainLater(budget));
  }

  boolean waiting() {
    return waiting;
  }

  /** Called by any thread. */
  private void roomAgainLater(Budget budget) {
    try {
      channel.eventLoop().execute(() -> roomAgain(budget));
    } catch (RejectedExecutionException e) {
      LOG.debug("The server has stopped", e);
      // Another port may share the budget. Passing on right here would go one call deeper for
      // every connection that has stopped.
      GlobalEventExecutor.INSTANCE.execute(budget::passOn);
    }
  }

  private void roomAgain(Budget budget) {
    waiting = false;
    connection.resume();
    budget.passOn();
  }
}
