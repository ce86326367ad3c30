/** One replica on disk: its folder, its checkpoints, its engine. Knows nothing of Raft. */
@NullMarked
package dev.flashq.cluster.replica;

import org.jspecify.annotations.NullMarked;
