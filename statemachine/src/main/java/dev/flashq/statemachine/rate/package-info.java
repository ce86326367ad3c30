/** Limits of jobs per time. */
@NullMarked
package dev.flashq.statemachine.rate;

import org.jspecify.annotations.NullMarked;
