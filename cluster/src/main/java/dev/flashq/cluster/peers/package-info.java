/** What the members of a cluster know of each other besides Raft: clocks, versions, states. */
@NullMarked
package dev.flashq.cluster.peers;

import org.jspecify.annotations.NullMarked;
