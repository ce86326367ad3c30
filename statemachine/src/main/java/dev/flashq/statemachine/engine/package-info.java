/** The engine: applies entries, answers questions. */
@NullMarked
package dev.flashq.statemachine.engine;

import org.jspecify.annotations.NullMarked;
