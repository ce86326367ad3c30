/** Commands to the bytes of the replicated log and back. */
@NullMarked
package dev.flashq.statemachine.log;

import org.jspecify.annotations.NullMarked;
