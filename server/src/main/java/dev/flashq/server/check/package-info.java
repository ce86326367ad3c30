/** Tells how well a node is protected, by the checklist of flashQ's security guide. */
@NullMarked
package dev.flashq.server.check;

import org.jspecify.annotations.NullMarked;
