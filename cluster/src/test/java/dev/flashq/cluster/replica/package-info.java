@NullMarked
package dev.flashq.cluster.replica;

import org.jspecify.annotations.NullMarked;
