package dev.flashq.cluster.seal;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.peers.Hello;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.security.seal.RingKey;
import dev.flashq.security.seal.RingKeys;
import dev.flashq.security.seal.UnreadableException;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query.KeyPage;
import dev.flashq.statemachine.Query.KeysToRewrap;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.StoredKey;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that all members have the ring key, and that another one takes its place when keys
 * were destroyed: only then nobody can read them in old snapshots any more.
 *
 * <p>A leader makes the key; members tell each other of it in their {@link Hello}; when a majority
 * has it on the disk, the log says that it is the one from now on; then the keys of the cluster are
 * wrapped under it, a bounded number at a time; when none is left under the old one, each member
 * destroys that.
 */
public final class RingDuty {
  private static final Logger LOG = LoggerFactory.getLogger(RingDuty.class);

  /** Looks, about a second apart, between two lines about the same trouble. */
  private static final int REMINDER = 600;

  private final RingKeys ring;
  private final Sealing sealing;
  private final Supplier<KeyRing> keyRing;
  private final Function<KeysToRewrap, KeyPage> find;
  private final Supplier<List<Hello>> members;
  private final int majority;
  private final BooleanSupplier leads;
  private final IntSupplier featureLevel;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final Scheduler lane;
  private final Scheduler reading;
  private boolean busy;
  private long after;
  private int sinceTold = REMINDER;

  /**
   * @param keyRing as this node knows it; may fail with {@link RefusedException}
   * @param members what the others have said lately
   * @param majority members that make one, this one included
   * @param reading may write to the disk, and ask for the master key
   */
  public RingDuty(
      RingKeys ring,
      Sealing sealing,
      Supplier<KeyRing> keyRing,
      Function<KeysToRewrap, KeyPage> find,
      Supplier<List<Hello>> members,
      int majority,
      BooleanSupplier leads,
      IntSupplier featureLevel,
      Function<Submission, CompletableFuture<Reply>> propose,
      Scheduler lane,
      Scheduler reading) {
    this.ring = ring;
    this.sealing = sealing;
    this.keyRing = keyRing;
    this.find = find;
    this.members = members;
    this.majority = majority;
    this.leads = leads;
    this.featureLevel = featureLevel;
    this.propose = propose;
    this.lane = lane;
    this.reading = reading;
  }

  /** On the lane, about once a second. */
  public void look() {
    if (!busy && featureLevel.getAsInt() >= FeatureLevel.SEALING) {
      busy = true;
      boolean leading = leads.getAsBoolean();
      List<Hello> said = members.get();
      reading.execute(() -> work(said, leading));
    }
  }

  private void work(List<Hello> said, boolean leading) {
    Command next = null;
    var troubles = new ArrayList<String>(0);
    try {
      KeyRing keys = keyRing.get();
      drop(keys, troubles);
      take(keys, said, troubles);
      next = leading ? next(keys, said) : null;
    } catch (SecretException | UnreadableException e) {
      troubles.add(String.valueOf(e.getMessage()));
    } catch (RefusedException _) {
      // There is no state yet, or no key here: others have it, or nobody.
    } catch (RuntimeException e) {
      LOG.error("The ring keys cannot be seen to", e);
    }
    Command command = next;
    lane.execute(
        () -> {
          tell(troubles);
          say(command);
        });
  }

  /** Those that nothing is wrapped under, as far as the log says. */
  private void drop(KeyRing keys, List<String> troubles) {
    if (keys.ring() == 0) {
      return;
    }
    String current = Sealing.id(keys);
    for (RingKey key : ring.held()) {
      boolean vain = key.number() == keys.ring() && !key.id().equals(current);
      boolean old =
          key.number() < keys.ring() - 1 || (key.number() < keys.ring() && keys.unwrapped() == 0);
      if (vain || old) {
        attempt(() -> ring.destroy(key.number(), key.id()), troubles);
      }
    }
  }

  private void take(KeyRing keys, List<Hello> said, List<String> troubles) {
    var missing = new ArrayList<RingKey>(0);
    var found = new ArrayList<String>(0);
    for (Hello hello : said) {
      for (RingKey key : hello.ring()) {
        boolean current = key.number() == keys.ring() && key.id().equals(Sealing.id(keys));
        // While it takes the place of another one, keys are wrapped under that one still.
        boolean leaving = keys.unwrapped() > 0 && key.number() == keys.ring() - 1;
        if ((current || leaving || key.number() > keys.ring())
            && !attempt(() -> ring.take(key), found)) {
          missing.add(key);
        }
      }
    }
    // What one member tells and this node cannot unwrap, another one may tell otherwise.
    if (missing.stream().anyMatch(key -> ring.key(key.number(), key.id()) == null)) {
      troubles.addAll(found);
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws SecretException;
  }

  private static boolean attempt(Step step, List<String> troubles) {
    try {
      step.run();
      return true;
    } catch (SecretException e) {
      troubles.add(e.sentence());
      return false;
    }
  }

  private @Nullable Command next(KeyRing keys, List<Hello> said)
      throws SecretException, UnreadableException {
    if (keys.unwrapped() > 0) {
      return rewrap(keys);
    }
    return keys.ring() == 0 || keys.wanted() ? begin(keys.ring() + 1, said) : null;
  }

  /** The next ring key: one that a majority has. */
  private @Nullable Command begin(long number, List<Hello> said) throws SecretException {
    List<RingKey> candidates =
        ring.held().stream()
            .filter(key -> key.number() == number)
            .sorted(Comparator.comparing(RingKey::id))
            .toList();
    if (candidates.isEmpty()) {
      var _ = ring.make(number);
    }
    for (RingKey candidate : candidates) {
      long holders = 1 + said.stream().filter(hello -> hello.holds(candidate)).count();
      if (holders >= majority) {
        return new Command.BeginRing(
            number, ByteString.copyFrom(HexFormat.of().parseHex(candidate.id())));
      }
    }
    return null;
  }

  private @Nullable Command rewrap(KeyRing keys) throws UnreadableException {
    KeyPage page = find.apply(new KeysToRewrap(keys.ring(), after));
    var wrapped = new ArrayList<Command.RewrappedKey>(page.keys().size());
    for (StoredKey key : page.keys()) {
      wrapped.add(new Command.RewrappedKey(key.id(), sealing.rewrap(key)));
    }
    after = page.next();
    return wrapped.isEmpty() ? null : new Command.RewrapKeys(keys.ring(), wrapped);
  }

  private void say(@Nullable Command command) {
    if (command == null) {
      busy = false;
      return;
    }
    var _ =
        propose
            .apply(new Submission(Principal.SYSTEM, null, command))
            .whenComplete((reply, _) -> lane.execute(() -> said(reply)));
  }

  private void said(@Nullable Reply reply) {
    busy = false;
    if (reply instanceof Reply.Done) {
      look();
    }
  }

  private void tell(List<String> troubles) {
    if (troubles.isEmpty()) {
      sinceTold = REMINDER;
    } else if (++sinceTold > REMINDER) {
      sinceTold = 0;
      LOG.error("The ring keys cannot be seen to: {}", String.join("; ", troubles));
    }
  }
}
