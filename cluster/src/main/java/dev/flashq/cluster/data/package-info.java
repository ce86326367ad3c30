/** Looks at the data that commands carry, before they are proposed. */
@NullMarked
package dev.flashq.cluster.data;

import org.jspecify.annotations.NullMarked;
