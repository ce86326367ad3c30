/** The TCP protocol: framing, sessions, back-pressure. */
@NullMarked
package dev.flashq.transport.tcp;

import org.jspecify.annotations.NullMarked;
