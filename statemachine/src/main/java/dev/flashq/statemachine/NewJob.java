package dev.flashq.statemachine;

/** A job as it is pushed. */
public record NewJob(Payload data, JobOptions options) {}
