/** The client against scripted servers. */
@NullMarked
package dev.flashq.client;

import org.jspecify.annotations.NullMarked;
