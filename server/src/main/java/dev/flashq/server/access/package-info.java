/** Who clients are: the tokens of the configuration, and those of the cluster. */
@NullMarked
package dev.flashq.server.access;

import org.jspecify.annotations.NullMarked;
