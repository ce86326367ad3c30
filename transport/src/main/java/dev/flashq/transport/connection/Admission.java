package dev.flashq.transport.connection;

import dev.flashq.transport.Budget;

/** How one connection takes from the shared budgets, and waits while they are used up. */
public final class Admission {
  private final TransportContext context;
  private final RoomWait room;

  Admission(Connection connection) {
    this.context = connection.context();
    this.room = new RoomWait(connection.channel(), connection::resume);
  }

  /** Takes a request's bytes from the budget of commands; false: it will go on when it can. */
  public boolean admit(int bytes) {
    Budget commands = context.commands(bytes);
    boolean admitted = commands.tryTake(bytes);
    if (!admitted) {
      awaitRoom(commands, bytes);
    }
    return admitted;
  }

  /** Begins nothing until there is room in the budget. */
  public void awaitRoom(Budget budget, long size) {
    room.await(budget, size);
  }

  boolean waiting() {
    return room.waiting();
  }
}
