/** Running a cluster: metrics, health, and clusters on one machine. */
@NullMarked
package dev.flashq.ops;

import org.jspecify.annotations.NullMarked;
