@NullMarked
package dev.flashq.cluster.seal;

import org.jspecify.annotations.NullMarked;
