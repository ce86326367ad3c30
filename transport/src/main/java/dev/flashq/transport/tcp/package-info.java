/** The TCP protocol: framing, sessions, and how answers are written. */
@NullMarked
package dev.flashq.transport.tcp;

import org.jspecify.annotations.NullMarked;
