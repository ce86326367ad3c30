/**
 * The audit trail: what somebody did or was refused, chained by hash, in the entry of its effect.
 */
@NullMarked
package dev.flashq.statemachine.audit;

import org.jspecify.annotations.NullMarked;
