/** Where and when the parts of a node run. Real threads and the real clock are nowhere else. */
@NullMarked
package dev.flashq.cluster.schedule;

import org.jspecify.annotations.NullMarked;
