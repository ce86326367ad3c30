/** What every module and every client agrees on: log format, wire names, error codes, limits. */
@NullMarked
package dev.flashq.protocol;

import org.jspecify.annotations.NullMarked;
