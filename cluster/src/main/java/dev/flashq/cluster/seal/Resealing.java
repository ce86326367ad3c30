package dev.flashq.cluster.seal;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reseal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Makes the next step of sealing everything anew. */
final class Resealing {
  private final Sealing sealing;
  private final ToLongFunction<QueueName> keys;
  private final List<Erasure.Replacement> replacements = new ArrayList<>();
  private long bytes;
  private long unreadable;

  private Resealing(Sealing sealing, ToLongFunction<QueueName> keys) {
    this.sealing = sealing;
    this.keys = keys;
  }

  /**
   * The step that follows from a page. Fails with {@link dev.flashq.statemachine.RefusedException}
   * when this node has no key.
   *
   * @param keys number of the key under which is sealed in a queue; 0: in the clear
   */
  static Command.ResealJobs step(
      Reseal.Page page, ToLongFunction<QueueName> keys, boolean skip, Sealing sealing) {
    return new Resealing(sealing, keys).through(page, skip);
  }

  private Command.ResealJobs through(Reseal.Page page, boolean skip) {
    long to = page.to();
    long looked = 0;
    for (Reseal.Item item : page.items()) {
      if (bytes >= Limits.ERASURE_WRITE_BYTES || !look(item)) {
        to = item.job().value();
        break;
      }
      looked++;
    }
    return new Command.ResealJobs(
        page.reseal().version(), page.reseal().next(), to, looked, unreadable, replacements, skip);
  }

  /**
   * False when the step has become as large as it may be before all of the job was in it: the next
   * one finds what is in this one sealed.
   */
  private boolean look(Reseal.Item item) {
    long key = keys.applyAsLong(item.queue());
    boolean lost = false;
    for (Reseal.Content content : item.contents()) {
      Payload stored = content.payload();
      if (key == 0 || (stored.isSealed() && Sealing.isUnder(stored, key, item.subject()))) {
        continue;
      }
      if (bytes > 0 && bytes + stored.bytes().size() > Limits.DATA_BYTES) {
        return false;
      }
      Payload clear = stored.isSealed() ? sealing.open(content.part(), stored) : stored;
      if (clear == null) {
        lost = true;
        continue;
      }
      // What came while nothing was sealed is about nobody whose key is gone.
      long subject = sealing.hasSubject(item.subject()) ? item.subject() : 0;
      if (stored.isSealed() && Sealing.isUnder(stored, key, subject)) {
        continue;
      }
      Payload anew = sealing.seal(key, subject, content.part(), clear);
      replacements.add(
          new Erasure.Replacement(item.job(), content.part(), Erasure.hash(stored), anew));
      bytes += anew.bytes().size();
    }
    unreadable += lost ? 1 : 0;
    return true;
  }
}
