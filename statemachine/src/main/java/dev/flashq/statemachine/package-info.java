/**
 * The contract of the replicated queue: commands, replies, queries and the gateway that carries
 * them.
 */
@NullMarked
package dev.flashq.statemachine;

import org.jspecify.annotations.NullMarked;
