@NullMarked
package dev.flashq.cluster.schedule;

import org.jspecify.annotations.NullMarked;
