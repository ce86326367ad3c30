/** Requests that wait for something to happen: long polls and waits for the end of a job. */
@NullMarked
package dev.flashq.cluster.waiting;

import org.jspecify.annotations.NullMarked;
