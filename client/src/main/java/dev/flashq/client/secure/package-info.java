/**
 * What programs need around a queue to keep data safe: ciphers, cleaners, limits, audit, tokens.
 */
@NullMarked
package dev.flashq.client.secure;

import org.jspecify.annotations.NullMarked;
