package dev.flashq.cluster.seal;

import dev.flashq.cluster.peers.Hello;
import dev.flashq.cluster.peers.PeerLink;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.RefusedException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets another member lead when this one leads and has no ring key: a leader seals anew, erases and
 * changes keys.
 */
public final class KeyholderWatch {
  private static final Logger LOG = LoggerFactory.getLogger(KeyholderWatch.class);

  /** Looks, about a second apart, for which a leader may be without the key: it may just come. */
  private static final int PATIENCE = 5;

  private final Supplier<KeyRing> keyRing;
  private final Sealing sealing;
  private final Supplier<List<Hello>> members;
  private final BooleanSupplier leads;
  private final PeerLink peers;
  private int without;

  /**
   * @param keyRing as this node knows it; may fail with {@link RefusedException}
   * @param members what the others have said lately
   */
  public KeyholderWatch(
      Supplier<KeyRing> keyRing,
      Sealing sealing,
      Supplier<List<Hello>> members,
      BooleanSupplier leads,
      PeerLink peers) {
    this.keyRing = keyRing;
    this.sealing = sealing;
    this.members = members;
    this.leads = leads;
    this.peers = peers;
  }

  /** About once a second. */
  public void look() {
    without = leads.getAsBoolean() && isWithoutKey() ? without + 1 : 0;
    if (without < PATIENCE) {
      return;
    }
    without = 0;
    KeyRing keys = keyRing.get();
    List<String> holders =
        members.get().stream()
            .filter(hello -> hello.holds(keys.ring(), Sealing.id(keys)))
            .map(Hello::node)
            .toList();
    LOG.warn(
        "This node leads without the ring key (see its encryption.master-key); others have it: {}",
        holders);
    if (!holders.isEmpty()) {
      peers.resign(holders::contains);
    }
  }

  private boolean isWithoutKey() {
    try {
      return keyRing.get().ring() != 0 && !sealing.hasRing();
    } catch (RefusedException _) {
      return false;
    }
  }
}
