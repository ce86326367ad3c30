package dev.flashq.cluster.config;

/**
 * What comes of silence from the leader.
 *
 * @param electionMinMs shortest silence after which a node asks for votes; heartbeats come in half
 *     of it
 * @param electionMaxMs longest such silence; each node draws anew between the two
 * @param staleMs silence of whoever might lead after which a node lets nobody in and answers
 *     nothing from what it knows
 */
public record Timing(long electionMinMs, long electionMaxMs, long staleMs) {
  /**
   * A killed leader's work goes on within two seconds even when the draws are unlucky, see
   * RatisProperties; and a leader keeps its place whose collector stops it for the half second that
   * a full small heap takes on busy cores.
   */
  public static final Timing DEFAULT = new Timing(500, 800, 2_000);

  private static final long STALL_MIN_MS = 500;
  private static final long STALL_MAX_MS = 10_000;

  public Timing {
    if (electionMinMs < 50 || electionMaxMs < electionMinMs) {
      throw new IllegalArgumentException("election timeouts need 50 ms <= min <= max");
    }
    if (staleMs < electionMaxMs) {
      throw new IllegalArgumentException(
          "a node is stale after an election timeout at the earliest");
    }
  }

  /** Milliseconds from which on a write that is under way counts as one on a disk that hangs. */
  public long diskStallMs() {
    return Math.clamp(2 * electionMaxMs, STALL_MIN_MS, STALL_MAX_MS);
  }
}
