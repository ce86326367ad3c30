package dev.flashq.client;

import org.jspecify.annotations.Nullable;

/**
 * A job as the cluster told of it. Times are Unix milliseconds, 0 when they do not apply.
 *
 * @param state waiting, delayed, active, completed, failed or waiting-children
 * @param lease number of the delivery; names its holder in ack, fail, progress and heartbeat
 * @param attempts failures so far
 */
public record Job(
    long id,
    String queue,
    String state,
    Data data,
    Data result,
    @Nullable String error,
    int priority,
    int attempts,
    int progress,
    long createdAt,
    long completedAt,
    long lease) {}
