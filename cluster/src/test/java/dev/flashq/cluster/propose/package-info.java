@NullMarked
package dev.flashq.cluster.propose;

import org.jspecify.annotations.NullMarked;
