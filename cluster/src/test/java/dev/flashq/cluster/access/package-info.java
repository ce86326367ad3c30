@NullMarked
package dev.flashq.cluster.access;

import org.jspecify.annotations.NullMarked;
