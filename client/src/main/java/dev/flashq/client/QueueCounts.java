package dev.flashq.client;

/** Jobs of one queue by state. */
public record QueueCounts(long waiting, long active, long delayed, long completed, long failed) {}
