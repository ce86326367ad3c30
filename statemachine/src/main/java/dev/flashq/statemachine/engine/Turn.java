package dev.flashq.statemachine.engine;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import java.util.ArrayList;
import java.util.List;

/**
 * What a handler may know of the world while one entry is applied: the time, and whether anybody
 * waits here.
 */
public final class Turn {
  /** A job that this entry ended. */
  public record Ended(JobId job, JobEnd end) {}

  private final long now;
  private final boolean answering;
  private final List<Ended> ended = new ArrayList<>(0);
  private int followUps = Limits.FOLLOW_UPS_PER_ENTRY;

  /**
   * @param now the replicated clock, Unix ms
   * @param answering whether the answers go to clients of this node, so that job data must be read
   *     for them
   */
  public Turn(long now, boolean answering) {
    this.now = now;
    this.answering = answering;
  }

  public long now() {
    return now;
  }

  public boolean answering() {
    return answering;
  }

  /** How many jobs this entry may yet release or bury because another one ended. */
  public int followUps() {
    return Math.max(0, followUps);
  }

  /** Some were released or buried; {@code effort} is at least one for each. */
  public void followed(int effort) {
    followUps -= effort;
  }

  /** The job is completed, dead or removed. */
  public void ended(long job, JobEnd end) {
    ended.add(new Ended(new JobId(job), end));
  }

  public List<Ended> ended() {
    return ended;
  }
}
