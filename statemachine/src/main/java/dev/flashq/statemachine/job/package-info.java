/** Jobs: their record, their states, and one small handler per command. */
@NullMarked
package dev.flashq.statemachine.job;

import org.jspecify.annotations.NullMarked;
