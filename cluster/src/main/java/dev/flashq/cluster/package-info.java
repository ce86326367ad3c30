/**
 * One node of the cluster: the gateway to the replicated state, put together from the packages
 * below.
 */
@NullMarked
package dev.flashq.cluster;

import org.jspecify.annotations.NullMarked;
