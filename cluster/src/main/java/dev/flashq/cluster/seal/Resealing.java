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
      if (bytes >= Limits.ERASURE_WRITE_BYTES) {
        to = item.job().value();
        break;
      }
      looked++;
      look(item);
    }
    return new Command.ResealJobs(
        page.reseal().version(), page.reseal().next(), to, looked, unreadable, replacements, skip);
  }

  private void look(Reseal.Item item) {
    long key = keys.applyAsLong(item.queue());
    boolean lost = false;
    for (Reseal.Content content : item.contents()) {
      Payload stored = content.payload();
      if (key == 0 || (stored.isSealed() && Sealing.isUnder(stored, key, item.subject()))) {
        continue;
      }
      Payload clear = stored.isSealed() ? sealing.open(content.part(), stored) : stored;
      if (clear == null || !sealing.hasSubject(item.subject())) {
        lost = true;
        continue;
      }
      Payload anew = sealing.seal(key, item.subject(), content.part(), clear);
      replacements.add(
          new Erasure.Replacement(item.job(), content.part(), Erasure.hash(stored), anew));
      bytes += anew.bytes().size();
    }
    unreadable += lost ? 1 : 0;
  }
}
