/** Commands into log entries and replies back to their senders. Knows nothing of Ratis. */
@NullMarked
package dev.flashq.cluster.propose;

import org.jspecify.annotations.NullMarked;
