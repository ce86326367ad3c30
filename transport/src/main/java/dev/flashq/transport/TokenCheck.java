package dev.flashq.transport;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.UseLimits;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Who a token belongs to. Called on event loops: it must not block. */
public interface TokenCheck {
  /** What comes of a token. */
  sealed interface Login {
    record Known(Principal principal) implements Login {}

    /** Nobody's, as far as this node knows. */
    record Unknown() implements Login {}

    /** This node cannot tell at present. */
    record Unavailable() implements Login {}

    Login UNKNOWN = new Unknown();
    Login UNAVAILABLE = new Unavailable();
  }

  Login check(String token);

  /** Who a client certificate belongs to, which was found to be good. */
  Login checkCertificate(String subject);

  /** A wrong token came from an address. */
  void refused(String address);

  /** Whether nobody has to say who it is: every client is {@link Principal#ANONYMOUS}. */
  boolean open();

  /** Whether somebody who was known may still go on. */
  boolean stands(Principal principal);

  /** How much somebody may use at once. */
  UseLimits limits(Principal principal);

  /** Completes when this node knows everything that was answered before, on any node. */
  CompletableFuture<Void> caughtUp();

  /** A new token; empty while this node cannot make one. */
  Optional<Minted> mint();

  /**
   * @param text shown once, and kept nowhere
   * @param hash by which the cluster knows it
   */
  record Minted(String text, ByteString hash) {
    @Override
    public String toString() {
      return "Minted";
    }
  }
}
