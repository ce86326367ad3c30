@NullMarked
package dev.flashq.cluster.waiting;

import org.jspecify.annotations.NullMarked;
