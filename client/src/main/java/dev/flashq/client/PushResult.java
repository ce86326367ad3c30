package dev.flashq.client;

import org.jspecify.annotations.Nullable;

/**
 * What became of one job of a batch.
 *
 * @param id 0 when it was refused
 * @param refusal null when it was accepted
 */
public record PushResult(long id, @Nullable FlashQException refusal) {}
