/** Everything that touches Ratis: properties, TLS, the state machine's adapter, requests. */
@NullMarked
package dev.flashq.cluster.raft;

import org.jspecify.annotations.NullMarked;
