/**
 * The ground on which commands are applied: what a handler knows of its entry, what the entry may
 * do, and the counters and the clock of the state.
 */
@NullMarked
package dev.flashq.statemachine.turn;

import org.jspecify.annotations.NullMarked;
