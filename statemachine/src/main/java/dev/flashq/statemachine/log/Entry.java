package dev.flashq.statemachine.log;

import java.util.List;

/**
 * A decoded log entry.
 *
 * @param proposedAtMs the leader's clock, Unix ms
 */
public record Entry(EntryHeader header, List<Submission> submissions, long proposedAtMs) {}
