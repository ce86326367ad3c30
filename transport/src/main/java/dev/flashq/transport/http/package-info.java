/** The HTTP API. */
@NullMarked
package dev.flashq.transport.http;

import org.jspecify.annotations.NullMarked;
