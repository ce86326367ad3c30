/** Queues: settings, counts, groups, and the commands that change them. */
@NullMarked
package dev.flashq.statemachine.queue;

import org.jspecify.annotations.NullMarked;
