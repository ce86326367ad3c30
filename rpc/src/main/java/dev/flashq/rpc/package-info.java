/**
 * Calls between the members of a cluster over mutual TLS: one connection for each direction between
 * two members, one event loop for all of them. Knows nothing of what the calls are about.
 */
@NullMarked
package dev.flashq.rpc;

import org.jspecify.annotations.NullMarked;
