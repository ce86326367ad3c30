/** What is the same for connections of every protocol: their life, their limits and their flow. */
@NullMarked
package dev.flashq.transport.connection;

import org.jspecify.annotations.NullMarked;
