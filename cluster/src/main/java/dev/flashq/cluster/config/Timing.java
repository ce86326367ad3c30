package dev.flashq.cluster.config;

/**
 * How soon a silent leader is replaced.
 *
 * @param electionMinMs shortest silence after which a node asks for votes; heartbeats come in half
 *     of it
 * @param electionMaxMs longest such silence; each node draws anew between the two
 */
public record Timing(long electionMinMs, long electionMaxMs) {
  /**
   * A killed leader's work goes on within two seconds even when the draws are unlucky; see
   * RatisProperties.
   */
  public static final Timing DEFAULT = new Timing(300, 500);

  public Timing {
    if (electionMinMs < 50 || electionMaxMs < electionMinMs) {
      throw new IllegalArgumentException("election timeouts need 50 ms <= min <= max");
    }
  }
}
