/**
 * The load generator: workloads with an exact-delivery check, without which a figure does not
 * count.
 */
@NullMarked
package dev.flashq.bench;

import org.jspecify.annotations.NullMarked;
