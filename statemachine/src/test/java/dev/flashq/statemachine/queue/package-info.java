@NullMarked
package dev.flashq.statemachine.queue;

import org.jspecify.annotations.NullMarked;
