/** What falls due: leases, delays, expiries; and the tick that fires them. */
@NullMarked
package dev.flashq.statemachine.timer;

import org.jspecify.annotations.NullMarked;
