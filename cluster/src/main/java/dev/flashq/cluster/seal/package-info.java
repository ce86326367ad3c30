/**
 * Seals what commands carry before they are proposed, and opens what is answered. Which keys there
 * are stands in the state; what unwraps them stands in files of each node.
 */
@NullMarked
package dev.flashq.cluster.seal;

import org.jspecify.annotations.NullMarked;
