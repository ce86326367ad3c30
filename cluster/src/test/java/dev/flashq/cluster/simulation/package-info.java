/**
 * Clusters in one process, on one thread, under one seed: the real nodes over a simulated Raft log,
 * network, disk and clock, with clients that write down what they see and checkers that judge it.
 */
@NullMarked
package dev.flashq.cluster.simulation;

import org.jspecify.annotations.NullMarked;
