/** A node: its start, its stop, its command line. */
@NullMarked
package dev.flashq.server;

import org.jspecify.annotations.NullMarked;
