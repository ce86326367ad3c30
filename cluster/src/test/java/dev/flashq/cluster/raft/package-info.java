@NullMarked
package dev.flashq.cluster.raft;

import org.jspecify.annotations.NullMarked;
