package dev.flashq.statemachine;

/**
 * A job and the lease its holder claims to have.
 *
 * @param lease the number of the delivery as handed out with the job; 0: the holder names none
 */
public record Claim(JobId job, long lease) {}
