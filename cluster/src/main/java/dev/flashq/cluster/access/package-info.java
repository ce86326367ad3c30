/** How a node brings the tokens of its configuration into the state, and what it knows of rules. */
@NullMarked
package dev.flashq.cluster.access;

import org.jspecify.annotations.NullMarked;
