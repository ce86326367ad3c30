/** What falls due: leases, delays, expiries. */
@NullMarked
package dev.flashq.statemachine.timer;

import org.jspecify.annotations.NullMarked;
