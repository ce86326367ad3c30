@NullMarked
package dev.flashq.cluster.peers;

import org.jspecify.annotations.NullMarked;
