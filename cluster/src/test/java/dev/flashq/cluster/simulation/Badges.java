package dev.flashq.cluster.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the clients of a guarded cluster show to say who they are, and how a node looks it up. */
final class Badges {
  /** Of all clients whose permissions never change. */
  static final Badge APP = new Badge("app", "app", false);

  /** Of whoever changes permissions. */
  static final Badge WARDEN = new Badge("warden", "warden", false);

  private static final int KEPT = 8;

  private final List<Badge> ofGuests = new ArrayList<>();

  /**
   * A token or a certificate.
   *
   * @param owner its name, or the subject of the certificate
   * @param text which no other token has
   */
  record Badge(String owner, String text, boolean certificate) {
    /** Never the text; here it can be read all the same. */
    ByteString hash() {
      return ByteString.copyFrom(Arrays.copyOf(text.getBytes(UTF_8), Limits.TOKEN_HASH_BYTES));
    }

    ListedToken listed(Permission... permissions) {
      return new ListedToken(hash(), owner, List.of(permissions));
    }
  }

  /** In the configuration of every node at all times. */
  static List<ListedToken> always() {
    return List.of(APP.listed(Permission.EVERYTHING), WARDEN.listed(Permission.EVERYTHING));
  }

  /** Lets guests try it from now on. */
  Badge give(Badge badge) {
    ofGuests.add(badge);
    if (ofGuests.size() > KEPT) {
      ofGuests.removeFirst();
    }
    return badge;
  }

  /** One that a guest tries, which may be good no more, or not yet. */
  @Nullable Badge ofGuest(World world) {
    return ofGuests.isEmpty() ? null : world.any(ofGuests);
  }

  /** Whom the node takes the holder for; null when it lets nobody in by it. */
  static @Nullable Principal login(SimNode node, Badge badge) {
    try {
      Access access = node.core().access();
      if (!access.isProtected()) {
        return new Principal(badge.owner());
      }
      if (node.core().isStale()) {
        return null;
      }
      return badge.certificate() ? access.holderOf(badge.owner()) : access.holder(badge.hash());
    } catch (RefusedException _) {
      return null;
    }
  }
}
