package dev.flashq.transport.connection;

import dev.flashq.transport.Budget;

/** How one connection takes from the shared budgets, and waits while they are used up. */
public final class Admission {
  private final Budget commands;
  private final RoomWait room;

  Admission(Connection connection) {
    this.commands = connection.context().commands;
    this.room = new RoomWait(connection.channel(), connection::resume);
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
    room.await(budget, size);
  }

  boolean waiting() {
    return room.waiting();
  }
}
