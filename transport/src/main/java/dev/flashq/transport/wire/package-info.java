/**
 * The clients' language: what a request means and how an answer is written, the same for TCP and
 * HTTP.
 */
@NullMarked
package dev.flashq.transport.wire;

import org.jspecify.annotations.NullMarked;
