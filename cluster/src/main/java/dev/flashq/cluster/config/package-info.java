/** What a node is told before it starts. */
@NullMarked
package dev.flashq.cluster.config;

import org.jspecify.annotations.NullMarked;
