package dev.flashq.client;

/** Jobs of all queues by state. */
public record Stats(long waiting, long active, long delayed, long dead, long completed) {}
