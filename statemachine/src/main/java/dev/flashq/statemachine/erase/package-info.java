/** Erasures: how far they are and what came of them. The data itself is read by the leader. */
@NullMarked
package dev.flashq.statemachine.erase;

import org.jspecify.annotations.NullMarked;
