/**
 * The one way to the replicated state: what the transports call and the cluster implements. Not
 * part of the deterministic engine.
 */
@NullMarked
package dev.flashq.statemachine.gateway;

import org.jspecify.annotations.NullMarked;
