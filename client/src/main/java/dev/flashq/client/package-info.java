/** The Java client: finds and follows the leader, and repeats what a failover left unanswered. */
@NullMarked
package dev.flashq.client;

import org.jspecify.annotations.NullMarked;
