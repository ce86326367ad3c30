package dev.flashq.statemachine.turn;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.store.Tables;

/**
 * How much one entry may do, so that applying it takes a bounded time and a bounded memory on every
 * replica. Everything counted is the same on every replica: rows and bytes written, records looked
 * at, jobs delivered, jobs released or buried because another one ended. A command that is begun
 * stops at the next place where it can go on later; one that has not begun waits for another entry.
 */
public final class WorkBudget {
  private final Tables tables;
  private long looks;
  private long lookedAtBytes;
  private int deliveries;
  private int followUps;

  public WorkBudget(Tables tables) {
    this.tables = tables;
  }

  /** Records were looked at that together have so many bytes. */
  public void looked(long records, long bytes) {
    looks += records;
    lookedAtBytes += bytes;
  }

  public void delivered() {
    deliveries++;
  }

  /** Jobs were released or buried; {@code effort} is at least one for each. */
  public void followed(int effort) {
    followUps += effort;
  }

  /** How many more records may be looked at. */
  public int looksLeft() {
    return (int) Math.max(0, Limits.LOOKS_PER_ENTRY - looks);
  }

  /** How many more jobs may be delivered. */
  public int deliveriesLeft() {
    return isSpent() ? 0 : Math.max(0, Limits.DELIVERIES_PER_ENTRY - deliveries);
  }

  /** How many jobs this entry may yet release or bury because another one ended. */
  public int followUpsLeft() {
    return isSpent() ? 0 : Math.max(0, Limits.FOLLOW_UPS_PER_ENTRY - followUps);
  }

  /** Whether nothing new may be begun. */
  public boolean isSpent() {
    return tables.rows() >= Limits.ROWS_PER_ENTRY
        || tables.bytes() + lookedAtBytes >= Limits.BYTES_PER_ENTRY
        || looks >= Limits.LOOKS_PER_ENTRY
        || deliveries >= Limits.DELIVERIES_PER_ENTRY;
  }
}
