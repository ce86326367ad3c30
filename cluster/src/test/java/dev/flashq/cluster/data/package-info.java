@NullMarked
package dev.flashq.cluster.data;

import org.jspecify.annotations.NullMarked;
