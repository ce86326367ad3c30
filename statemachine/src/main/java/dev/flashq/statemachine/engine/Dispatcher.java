package dev.flashq.statemachine.engine;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.turn.Turn;

/** Carries out one command. */
interface Dispatcher {
  Reply dispatch(Command command, Turn turn);
}
