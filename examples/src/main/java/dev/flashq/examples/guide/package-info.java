/**
 * The samples of flashQ's security guide with the Java client; the README of the module says which
 * is which.
 */
@NullMarked
package dev.flashq.examples.guide;

import org.jspecify.annotations.NullMarked;
