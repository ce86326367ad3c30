package dev.flashq.statemachine.engine;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Reply;

/** Carries out one command. */
interface Dispatcher {
  Reply dispatch(Command command, Turn turn);
}
