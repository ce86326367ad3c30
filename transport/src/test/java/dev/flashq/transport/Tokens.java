package dev.flashq.transport;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.UseLimits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Token checks of tests. */
public final class Tokens implements TokenCheck {
  /** No tokens are configured. */
  public static final Tokens NONE = new Tokens(Map.of());

  private final Map<String, Principal> principals;
  private final boolean open;
  private final Queue<String> refused = new ConcurrentLinkedQueue<>();
  private volatile boolean knowing = true;
  private volatile UseLimits limits = UseLimits.NONE;
  private volatile Runnable catchingUp = () -> {};

  private Tokens(Map<String, Principal> principals) {
    this.principals = new ConcurrentHashMap<>(principals);
    this.open = principals.isEmpty();
  }

  public static Tokens of(String token, String name) {
    return new Tokens(Map.of(token, new Principal(name, 7, null)));
  }

  /** From now on another token is known. */
  public void add(String token, String name) {
    principals.put(token, new Principal(name, 8, null));
  }

  /** From now on the token is nobody's. */
  public void revoke(String token) {
    principals.remove(token);
  }

  /** Whether the node hears of a leader. */
  public void knowing(boolean knows) {
    knowing = knows;
  }

  /** What happens when the node catches up with the others. */
  public void whenCatchingUp(Runnable happens) {
    catchingUp = happens;
  }

  @Override
  public Login check(String token) {
    if (!knowing) {
      return Login.UNAVAILABLE;
    }
    Principal principal = principals.get(token);
    return principal == null ? Login.UNKNOWN : new Login.Known(principal);
  }

  @Override
  public Login checkCertificate(String subject) {
    return check(subject);
  }

  @Override
  public boolean open() {
    return open;
  }

  @Override
  public void refused(String address) {
    refused.add(address);
  }

  /** Addresses from which wrong tokens came, one for each. */
  public List<String> refused() {
    return List.copyOf(refused);
  }

  @Override
  public boolean stands(Principal principal) {
    return open
        || principals.values().stream()
            .anyMatch(known -> known.credential() == principal.credential());
  }

  /** How much everybody may use at once. */
  public void limit(UseLimits limits) {
    this.limits = limits;
  }

  @Override
  public UseLimits limits(Principal principal) {
    return limits;
  }

  @Override
  public CompletableFuture<Void> caughtUp() {
    catchingUp.run();
    return knowing
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(new IllegalStateException("nobody leads"));
  }

  @Override
  public Optional<Minted> mint() {
    return knowing
        ? Optional.of(new Minted("fq_new", ByteString.copyFromUtf8("h".repeat(32))))
        : Optional.empty();
  }
}
